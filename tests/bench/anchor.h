// The generator of the figures that others measured: wl.h, which is not part of this repository.
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

void AnchorParcel(uint32_t number, char* key, unsigned char* packed);          // 16 bytes, 184 bytes
uint32_t AnchorNext(uint32_t* state);                                          // one number
void AnchorText(uint32_t* state, char* text, int size);                        // size + 1 bytes
void AnchorSample(uint32_t of, uint32_t count, uint32_t seed, uint32_t* out);  // count different numbers below `of`

#ifdef __cplusplus
}
#endif
