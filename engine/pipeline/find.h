// Finding records: by what stands in their fields, by an interval that holds, by reference, by claim, by case.
//
// What a rule or a reference keeps rows of is looked up there; everything else is compared row by row, where it lies. There is no
// index of its own: one would be written with every filing, and read by few.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "engine/crdt/interval.h"
#include "engine/pipeline/read.h"

namespace chancery {

class Finder {
 public:
  // The query as the packs in force read it. Errors: InvalidArgument (what is unknown, with the names that exist).
  static absl::StatusOr<Finder> Make(Workspace& work, Docket& docket, Reader& reader, const FindQuery& query);

  // Errors: DataLoss.
  absl::Status Each(const std::function<bool(const FoundView&)>& visit);

 private:
  // A condition on one field, typed: a value, bounds, an interval that it must overlap, or the digest of a document.
  struct Wanted {
    const FieldInfo* field = nullptr;
    std::optional<Value> value;  // kUnset: nothing stands there
    std::optional<Value> at_least, at_most;
    std::optional<Interval> on;
    std::optional<std::string> sha256;
    bool Accepts(const Value& value) const;
  };

  using Group = std::vector<Wanted>;  // one of them has to be met

  Finder(Workspace& work, Docket& docket, Reader& reader) : work_(work), docket_(docket), reader_(reader) {}
  absl::Status Read(const FindQuery& query);
  absl::Status ReadCondition(const FindQuery::Condition& condition);
  absl::Status ReadBounds(const FindQuery::Condition& condition, Wanted* wanted);
  absl::Status ReadOn(const std::string& on);
  absl::Status ReadReference(const std::string& text);
  absl::Status ReadClaim(const std::string& id, const Literal& claim);
  absl::Status ReadCases(const std::string& rule);
  absl::StatusOr<Value> Typed(const FieldInfo& field, const Literal& literal);
  std::optional<Interval> Moment(const FieldDef& def, const std::string& on);
  void Narrow(std::vector<RecordKey> keys);  // to those of them that are of the register
  void NarrowByIndex(const Wanted& wanted);
  std::vector<RecordKey> Holders(uint64_t rule, std::string_view subject) const;

  absl::StatusOr<bool> Visit(std::string_view row, std::string_view stored, const std::function<bool(const FoundView&)>& visit);
  absl::StatusOr<bool> Meets(const Wanted& wanted, std::string_view row, std::string_view stored);
  absl::StatusOr<bool> MeetsDecoded(const Wanted& wanted, std::string_view row);
  absl::StatusOr<FoundView> Found(std::string_view row, std::string_view stored);
  absl::StatusOr<bool> IsDisputed(const RecordKey& key, const RecordEdit& edit, const FieldInfo& field) const;

  Workspace& work_;
  Docket& docket_;
  Reader& reader_;
  std::unique_ptr<Arena> arena_ = std::make_unique<Arena>();  // of what is wanted
  const RegisterInfo* reg_ = nullptr;
  std::vector<Group> groups_;                   // each
  std::vector<const FieldInfo*> claimed_;       // that the claim is made of
  std::optional<std::vector<RecordKey>> only_;  // what the indexes leave, ascending; nullopt: none was asked
  std::string after_;                           // a row's key; "" = from the first one on
  size_t limit_ = 0, found_ = 0, loaded_ = 0;
};

}  // namespace chancery
