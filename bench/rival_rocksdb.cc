#include <benchmark/benchmark.h>
#include <rocksdb/c.h>

#include <cstring>
#include <filesystem>

#include "bench/rival.h"
#include "bench/scratch.h"

namespace chancery::bench {
namespace {

class Rocksdb final : public Rival {
 public:
  explicit Rocksdb(std::string dir) : dir_(std::move(dir)) {
    std::filesystem::create_directories(dir_);
    rocksdb_options_set_create_if_missing(options_, 1);
    rocksdb_options_increase_parallelism(options_, 2);
    rocksdb_options_set_compression(options_, rocksdb_no_compression);
    rocksdb_block_based_table_options_t* table = rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_block_cache(table, cache_);
    rocksdb_block_based_options_set_filter_policy(table, rocksdb_filterpolicy_create_bloom_full(10));
    rocksdb_options_set_block_based_table_factory(options_, table);
    rocksdb_block_based_options_destroy(table);
    db_ = rocksdb_open(options_, dir_.c_str(), &error_);
    Must();
    rocksdb_writeoptions_set_sync(durable_, 1);
  }
  ~Rocksdb() override {
    rocksdb_close(db_);
    rocksdb_readoptions_destroy(reading_);
    rocksdb_writeoptions_destroy(durable_);
    rocksdb_options_destroy(options_);
    rocksdb_cache_destroy(cache_);
  }

  bool groups() const override { return true; }

  void Load(absl::Span<const Parcel> parcels) override {
    Write([&](rocksdb_writebatch_t* batch) {
      for (const Parcel& parcel : parcels) {
        const std::string packed = parcel.Packed();
        rocksdb_writebatch_put(batch, parcel.key.data(), parcel.key.size(), packed.data(), packed.size());
      }
    });
  }

  void Apply(absl::Span<const Edit> edits) override {
    Write([&](rocksdb_writebatch_t* batch) {
      for (const Edit& edit : edits) {
        char packed[kPackedBytes];
        Get(edit.key, packed);
        std::memcpy(packed + edit.at(), edit.value.data(), edit.value.size());
        rocksdb_writebatch_put(batch, edit.key.data(), edit.key.size(), packed, kPackedBytes);
      }
    });
  }

  uint64_t Read(absl::Span<const std::string> keys) override {
    uint64_t sum = 0;
    for (const std::string& key : keys) {
      char packed[kPackedBytes];
      Get(key, packed);
      benchmark::DoNotOptimize(packed);
      sum += static_cast<unsigned char>(packed[7]);
    }
    return sum;
  }

  uint64_t BytesOnDisk() override {
    rocksdb_flushoptions_t* waits = rocksdb_flushoptions_create();
    rocksdb_flush(db_, waits, &error_);
    rocksdb_flushoptions_destroy(waits);
    Must();
    return bench::BytesOnDisk(dir_);
  }

 private:
  void Must() const {
    if (error_ != nullptr) Fail(error_);
  }

  // Writers call these from several threads: the error is each one's own.
  void Get(const std::string& key, char* packed) const {
    char* error = nullptr;
    rocksdb_pinnableslice_t* found = rocksdb_get_pinned(db_, reading_, key.data(), key.size(), &error);
    if (error != nullptr || found == nullptr) Fail(error != nullptr ? error : "a parcel is missing");
    size_t size = 0;
    std::memcpy(packed, rocksdb_pinnableslice_value(found, &size), kPackedBytes);
    rocksdb_pinnableslice_destroy(found);
  }
  template <class F>
  void Write(F work) {
    rocksdb_writebatch_t* batch = rocksdb_writebatch_create();
    work(batch);
    char* error = nullptr;
    rocksdb_write(db_, durable_, batch, &error);
    if (error != nullptr) Fail(error);
    rocksdb_writebatch_destroy(batch);
  }

  std::string dir_;
  rocksdb_t* db_ = nullptr;
  char* error_ = nullptr;
  rocksdb_cache_t* cache_ = rocksdb_cache_create_lru(size_t{512} << 20);
  rocksdb_options_t* options_ = rocksdb_options_create();
  rocksdb_writeoptions_t* durable_ = rocksdb_writeoptions_create();
  rocksdb_readoptions_t* reading_ = rocksdb_readoptions_create();
};

}  // namespace

std::unique_ptr<Rival> MakeRocksdb(const std::string& dir) { return std::make_unique<Rocksdb>(dir); }

}  // namespace chancery::bench
