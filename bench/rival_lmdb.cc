#include <lmdb.h>

#include <cstring>
#include <filesystem>

#include "bench/rival.h"
#include "bench/scratch.h"

namespace chancery::bench {
namespace {

void Must(int rc) {
  if (rc != 0) Fail(mdb_strerror(rc));
}

MDB_val ValOf(std::string_view s) { return {s.size(), const_cast<char*>(s.data())}; }

class Lmdb final : public Rival {
 public:
  explicit Lmdb(std::string dir) : dir_(std::move(dir)) {
    std::filesystem::create_directories(dir_);
    Must(mdb_env_create(&env_));
    Must(mdb_env_set_mapsize(env_, size_t{1} << 40));
    Must(mdb_env_open(env_, dir_.c_str(), MDB_NORDAHEAD, 0600));
    Write([&](MDB_txn* txn) { Must(mdb_dbi_open(txn, nullptr, 0, &dbi_)); });
  }
  ~Lmdb() override { mdb_env_close(env_); }

  void Load(absl::Span<const Parcel> parcels) override {
    Write([&](MDB_txn* txn) {
      for (const Parcel& parcel : parcels) {
        const std::string packed = parcel.Packed();
        MDB_val key = ValOf(parcel.key), value = ValOf(packed);
        Must(mdb_put(txn, dbi_, &key, &value, 0));
      }
    });
  }

  void Apply(absl::Span<const Edit> edits) override {
    Write([&](MDB_txn* txn) {
      for (const Edit& edit : edits) {
        MDB_val key = ValOf(edit.key), value;
        Must(mdb_get(txn, dbi_, &key, &value));
        char packed[kPackedBytes];
        std::memcpy(packed, value.mv_data, kPackedBytes);
        std::memcpy(packed + edit.at(), edit.value.data(), edit.value.size());
        value = ValOf({packed, kPackedBytes});
        Must(mdb_put(txn, dbi_, &key, &value, 0));
      }
    });
  }

  uint64_t Read(absl::Span<const std::string> keys) override {
    MDB_txn* txn = nullptr;
    Must(mdb_txn_begin(env_, nullptr, MDB_RDONLY, &txn));
    uint64_t sum = 0;
    for (const std::string& wanted : keys) {
      MDB_val key = ValOf(wanted), value;
      Must(mdb_get(txn, dbi_, &key, &value));
      char packed[kPackedBytes];
      std::memcpy(packed, value.mv_data, kPackedBytes);
      sum += static_cast<unsigned char>(packed[7]);
    }
    mdb_txn_abort(txn);
    return sum;
  }

  uint64_t BytesOnDisk() override { return bench::BytesOnDisk(dir_); }

 private:
  template <class F>
  void Write(F work) {
    MDB_txn* txn = nullptr;
    Must(mdb_txn_begin(env_, nullptr, 0, &txn));
    work(txn);
    Must(mdb_txn_commit(txn));
  }

  std::string dir_;
  MDB_env* env_ = nullptr;
  MDB_dbi dbi_ = 0;
};

}  // namespace

std::unique_ptr<Rival> MakeLmdb(const std::string& dir) { return std::make_unique<Lmdb>(dir); }

}  // namespace chancery::bench
