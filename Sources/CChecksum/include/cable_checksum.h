#pragma once
#include <stddef.h>
#include <stdint.h>

/* CRC32C (Castagnoli) of n octets, going on from crc (0 at the start). Uses the processor's instruction where it has
   one, else tables of eight. */
uint32_t cable_crc32c(uint32_t crc, const void *octets, size_t n);

/* The table version, for tests that compare the two. */
uint32_t cable_crc32c_table(uint32_t crc, const void *octets, size_t n);

/* Zeros at the beginning, and at the end, of n octets. */
size_t cable_leading_zeros(const void *octets, size_t n);
size_t cable_trailing_zeros(const void *octets, size_t n);

/* Splits n octets into lines with memchr and gives the length of the longest: the yardstick of `routerbench format`. */
size_t cable_line_octets(const void *octets, size_t n);
