// chancery_bench [--parcels=N] [--scale=N] [flags of Google Benchmark]
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "bench/bench.h"
#include "bench/scratch.h"

namespace chancery::bench {
namespace {

uint32_t parcels = 100'000, scale = 0;

// Takes --NAME=N out of the arguments, if it is there.
void Take(std::string_view name, uint32_t* value, int* argc, char** argv) {
  int kept = 0;
  for (int i = 0; i < *argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(name))
      *value = static_cast<uint32_t>(std::strtoul(argument.data() + name.size(), nullptr, 10));
    else
      argv[kept++] = argv[i];
  }
  *argc = kept;
}

}  // namespace

uint32_t ParcelCount() { return parcels; }
uint32_t ScaleCount() { return scale; }

}  // namespace chancery::bench

int main(int argc, char** argv) {
  using namespace chancery::bench;
  Take("--parcels=", &parcels, &argc, argv);
  Take("--scale=", &scale, &argc, argv);
  if (parcels < 1000) Fail("--parcels: at least 1000");
  RegisterLoad();
  RegisterCommit();
  RegisterRead();
  RegisterHeal();
  RegisterPreview();
  RegisterDifference();
  RegisterDisk();
  RegisterOrder();
  RegisterScale();
  RegisterStrain();
  RegisterPhysical();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  CloseLoaded();
}
