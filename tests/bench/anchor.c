// The reference generator as C has it, behind names that tests/bench/anchor.h declares. Compiled where the file is.
#include "wl.h"

#include "anchor.h"

void AnchorParcel(uint32_t number, char* key, unsigned char* packed) {
  rec_t record;
  mkrec(number, &record);
  memcpy(key, record.key, 16);
  packrec(&record, packed);
}

uint32_t AnchorNext(uint32_t* state) { return mb32(state); }

void AnchorText(uint32_t* state, char* text, int size) { rstr(state, text, size); }

void AnchorSample(uint32_t of, uint32_t count, uint32_t seed, uint32_t* out) {
  uint32_t* drawn = sample(of, count, seed);
  memcpy(out, drawn, count * sizeof *out);
  free(drawn);
}
