#include <benchmark/benchmark.h>
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
  explicit Lmdb(std::string dir, bool claims = false) : dir_(std::move(dir)), claims_(claims) {
    std::filesystem::create_directories(dir_);
    Must(mdb_env_create(&env_));
    Must(mdb_env_set_mapsize(env_, size_t{1} << 40));
    Must(mdb_env_set_maxdbs(env_, 1));
    Must(mdb_env_open(env_, dir_.c_str(), MDB_NORDAHEAD, 0600));
    Write([&](MDB_txn* txn) {
      Must(mdb_dbi_open(txn, nullptr, 0, &dbi_));
      if (claims_) Must(mdb_dbi_open(txn, "claims", MDB_CREATE, &claim_dbi_));
    });
  }
  ~Lmdb() override { mdb_env_close(env_); }

  void Load(absl::Span<const Parcel> parcels) override {
    Write([&](MDB_txn* txn) {
      for (const Parcel& parcel : parcels) {
        const std::string packed = parcel.Packed();
        MDB_val key = ValOf(parcel.key), value = ValOf(packed);
        Must(mdb_put(txn, dbi_, &key, &value, 0));
        if (claims_) Claim(txn, parcel);
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
      benchmark::DoNotOptimize(packed);  // else a compiler copies the one byte that is added
      sum += static_cast<unsigned char>(packed[7]);
    }
    mdb_txn_abort(txn);
    return sum;
  }

  uint64_t BytesOnDisk() override { return bench::BytesOnDisk(dir_); }

 private:
  // Rows as chancery's: a rule, 16 bytes of the value, the parcel; each looked for before it is put.
  void Claim(MDB_txn* txn, const Parcel& parcel) {
    for (const std::string_view named : {"address ", "note    ", "area    "}) {
      const std::string& by = named == "note    " ? parcel.note : parcel.address;
      const std::string row = std::string(named) + by.substr(0, 16) + parcel.key;
      MDB_val key = ValOf(row), value = ValOf("8 bytes.");
      MDB_cursor* cursor = nullptr;
      Must(mdb_cursor_open(txn, claim_dbi_, &cursor));
      MDB_val at = ValOf(std::string_view(row).substr(0, 24)), found;
      const int rc = mdb_cursor_get(cursor, &at, &found, MDB_SET_RANGE);
      if (rc != MDB_NOTFOUND) Must(rc);
      mdb_cursor_close(cursor);
      Must(mdb_put(txn, claim_dbi_, &key, &value, 0));
    }
  }

  template <class F>
  void Write(F work) {
    MDB_txn* txn = nullptr;
    Must(mdb_txn_begin(env_, nullptr, 0, &txn));
    work(txn);
    Must(mdb_txn_commit(txn));
  }

  std::string dir_;
  bool claims_;
  MDB_env* env_ = nullptr;
  MDB_dbi dbi_ = 0, claim_dbi_ = 0;
};

}  // namespace

std::unique_ptr<Rival> MakeLmdb(const std::string& dir) { return std::make_unique<Lmdb>(dir); }
std::unique_ptr<Rival> MakeLmdbWithClaims(const std::string& dir) { return std::make_unique<Lmdb>(dir, true); }

}  // namespace chancery::bench
