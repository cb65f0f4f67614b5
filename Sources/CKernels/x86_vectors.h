// An assembler for the few AVX-512 instructions that pointwise programs become. Vectors are of floats, or of doubles
// where `wide` is set. Private to pointwise_code.c.
#pragma once
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  uint8_t *bytes;
  size_t count, capacity;
  int wide, failed;
} assembler;

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R12 = 12, R13 = 13 };

static void emit(assembler *a, uint8_t byte) {
  if (a->count == a->capacity) {
    size_t capacity = a->capacity ? 2 * a->capacity : 1024;
    uint8_t *grown = realloc(a->bytes, capacity);
    if (!grown) {
      a->failed = 1;
      return;
    }
    a->bytes = grown;
    a->capacity = capacity;
  }
  a->bytes[a->count++] = byte;
}

static void emit_all(assembler *a, const char *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) emit(a, (uint8_t)bytes[i]);
}
#define EMIT(a, text) emit_all(a, text, sizeof text - 1)

static void emit_int32(assembler *a, int64_t value) {
  for (int i = 0; i < 4; i++) emit(a, (uint8_t)((uint64_t)value >> 8 * i));
}

static void emit_int64(assembler *a, uint64_t value) {
  for (int i = 0; i < 8; i++) emit(a, (uint8_t)(value >> 8 * i));
}

// --- the prefix of every AVX-512 instruction

enum { MAP_0F = 1, MAP_0F38 = 2, MAP_0F3A = 3 };
enum { PREFIX_NONE, PREFIX_66, PREFIX_F3 };

typedef struct {
  int map, prefix, opcode;
} instruction;

// `x` extends the index of an address or a register operand, `b` its base or the same register.
static void emit_prefix(assembler *a, instruction code, int reg, int second, int x, int b, int mask, int zeroing) {
  emit(a, 0x62);
  emit(a, (uint8_t)((reg >> 3 & 1 ? 0 : 0x80) | (x ? 0 : 0x40) | (b ? 0 : 0x20) | (reg >> 4 & 1 ? 0 : 0x10) | code.map));
  emit(a, (uint8_t)((a->wide ? 0x80 : 0) | (~second & 15) << 3 | 4 | code.prefix));
  emit(a, (uint8_t)((zeroing ? 0x80 : 0) | 0x40 | (second >> 4 & 1 ? 0 : 8) | mask));
  emit(a, (uint8_t)code.opcode);
}

// dst = op(first, last), all in registers.
static void emit_vector(assembler *a, instruction code, int dst, int first, int last, int mask, int zeroing) {
  emit_prefix(a, code, dst, first, last >> 4 & 1, last >> 3 & 1, mask, zeroing);
  emit(a, (uint8_t)(0xC0 | (dst & 7) << 3 | (last & 7)));
}

// Arithmetic in the order of Intel's manual: of floats without a prefix, of doubles with 66.
static instruction arithmetic(const assembler *a, int opcode) {
  return (instruction){MAP_0F, a->wide ? PREFIX_66 : PREFIX_NONE, opcode};
}

static void emit_move(assembler *a, int dst, int src) { emit_vector(a, arithmetic(a, 0x28), dst, 0, src, 0, 0); }

static void emit_move_masked(assembler *a, int dst, int src, int mask) {
  emit_vector(a, arithmetic(a, 0x28), dst, 0, src, mask, 0);
}

enum { LOAD = 0x10, STORE = 0x11 };

// Between a register and [rax + r12].
static void emit_access(assembler *a, int direction, int vector) {
  emit_prefix(a, arithmetic(a, direction), vector, 0, 1, 0, 0, 0);
  emit(a, (uint8_t)((vector & 7) << 3 | 4));
  emit(a, (uint8_t)((R12 & 7) << 3 | RAX));
}

// Between a register and [rsp + offset].
static void emit_frame_access(assembler *a, int direction, int vector, int64_t offset) {
  emit_prefix(a, arithmetic(a, direction), vector, 0, 0, 0, 0, 0);
  emit(a, (uint8_t)(0x84 | (vector & 7) << 3));
  emit(a, 0x24);
  emit_int32(a, offset);
}

static instruction broadcast(const assembler *a) { return (instruction){MAP_0F38, PREFIX_66, a->wide ? 0x19 : 0x18}; }

// Every lane becomes the number at [rax].
static void emit_broadcast(assembler *a, int vector) {
  emit_prefix(a, broadcast(a), vector, 0, 0, 0, 0, 0);
  emit(a, (uint8_t)((vector & 7) << 3 | RAX));
}

// Every lane becomes a number that follows the code; gives where the distance to it is to be filled in.
static size_t emit_broadcast_near(assembler *a, int vector) {
  emit_prefix(a, broadcast(a), vector, 0, 0, 0, 0, 0);
  emit(a, (uint8_t)((vector & 7) << 3 | 5));
  emit_int32(a, 0);
  return a->count - 4;
}

enum { COMPARE_EQUAL = 0, COMPARE_UNORDERED = 3, COMPARE_NOT_EQUAL = 4, COMPARE_GREATER = 0x1E };

static void emit_compare(assembler *a, int mask, int first, int last, int predicate) {
  emit_vector(a, arithmetic(a, 0xC2), mask, first, last, 0, 0);
  emit(a, (uint8_t)predicate);
}

// dst = mask ? yes : no.
static void emit_blend(assembler *a, int dst, int mask, int yes, int no) {
  emit_vector(a, (instruction){MAP_0F38, PREFIX_66, 0x65}, dst, no, yes, mask, 0);
}

// sum += first * last, rounded once.
static void emit_multiply_add(assembler *a, int sum, int first, int last) {
  emit_vector(a, (instruction){MAP_0F38, PREFIX_66, 0xB8}, sum, first, last, 0, 0);
}

enum { ROUND_NEAREST = 8, ROUND_DOWN = 9, ROUND_UP = 10, ROUND_TO_ZERO = 11 };

static void emit_round(assembler *a, int dst, int src, int mode) {
  emit_vector(a, (instruction){MAP_0F3A, PREFIX_66, a->wide ? 0x09 : 0x08}, dst, 0, src, 0, 0);
  emit(a, (uint8_t)mode);
}

// Bit by bit dst = table[dst, first, last].
static void emit_logic(assembler *a, int dst, int first, int last, int table) {
  emit_vector(a, (instruction){MAP_0F3A, PREFIX_66, 0x25}, dst, first, last, 0, 0);
  emit(a, (uint8_t)table);
}

// --- bfloat16: the upper halves of floats

enum { SHIFT_RIGHT = 2, SHIFT_LEFT = 6 };

static void emit_shift(assembler *a, int direction, int dst, int src, int bits) {
  emit_vector(a, (instruction){MAP_0F, PREFIX_66, 0x72}, direction, dst, src, 0, 0);
  emit(a, (uint8_t)bits);
}

// To the nearest, halves to the even one; a NaN becomes quiet. `below_half` and `quiet` hold 0x7fff and 0x400000.
// Packed, the result's bits are the lower halves.
static void emit_to_bfloat16(assembler *a, int dst, int src, int below_half, int quiet, int packed) {
  instruction add = {MAP_0F, PREFIX_66, 0xFE};
  emit_shift(a, SHIFT_LEFT, dst, src, 15);
  emit_shift(a, SHIFT_RIGHT, dst, dst, 31);
  emit_vector(a, add, dst, dst, below_half, 0, 0);
  emit_vector(a, add, dst, dst, src, 0, 0);
  emit_compare(a, 1, src, src, COMPARE_UNORDERED);
  emit_vector(a, (instruction){MAP_0F, PREFIX_66, 0xEB}, dst, src, quiet, 1, 0);
  emit_shift(a, SHIFT_RIGHT, dst, dst, 16);
  if (!packed) emit_shift(a, SHIFT_LEFT, dst, dst, 16);
}

// Between the lower halves of a register and [rax + r12 / 2], by way of rcx.
static void emit_halves_access(assembler *a, int direction, int vector) {
  EMIT(a, "\x4C\x89\xE1\x48\xD1\xE9"); // mov rcx, r12; shr rcx, 1
  emit_prefix(a, (instruction){MAP_0F38, direction == LOAD ? PREFIX_66 : PREFIX_F3, 0x33}, vector, 0, 0, 0, 0, 0);
  emit(a, (uint8_t)((vector & 7) << 3 | 4));
  emit(a, (uint8_t)(RCX << 3 | RAX));
}

static void emit_bfloat16_load(assembler *a, int dst) {
  emit_halves_access(a, LOAD, dst);
  emit_shift(a, SHIFT_LEFT, dst, dst, 16);
}

// --- the frame of a function of (table, offset, end): rbx, r12 and r13

static void emit_entry(assembler *a, int64_t frame_bytes) {
  EMIT(a, "\x55\x48\x89\xE5\x53\x41\x54\x41\x55"); // push rbp; mov rbp, rsp; push rbx; push r12; push r13
  EMIT(a, "\x48\x81\xEC");                         // sub rsp, frame_bytes
  emit_int32(a, frame_bytes);
  EMIT(a, "\x48\x83\xE4\xC0");                     // and rsp, -64
  EMIT(a, "\x48\x89\xFB\x49\x89\xF4\x49\x89\xD5"); // mov rbx, rdi; mov r12, rsi; mov r13, rdx
}

static void emit_exit(assembler *a) {
  EMIT(a, "\x48\x8D\x65\xE8\x41\x5D\x41\x5C\x5B\x5D"); // lea rsp, [rbp - 24]; pop r13; pop r12; pop rbx; pop rbp
  EMIT(a, "\xC5\xF8\x77\xC3");                         // vzeroupper; ret
}

// rax = table[entry].
static void emit_pointer(assembler *a, int entry) {
  EMIT(a, "\x48\x8B\x83");
  emit_int32(a, 8 * entry);
}

// function(rsp + offset).
static void emit_call(assembler *a, const void *function, int64_t offset) {
  EMIT(a, "\x48\x8D\xBC\x24"); // lea rdi, [rsp + offset]
  emit_int32(a, offset);
  EMIT(a, "\x48\xB8");         // mov rax, function; call rax
  emit_int64(a, (uint64_t)(uintptr_t)function);
  EMIT(a, "\xFF\xD0");
}

// On to the next vector, and back to `top` while one is left.
static void emit_loop_end(assembler *a, size_t top) {
  EMIT(a, "\x49\x83\xC4\x40\x4D\x39\xEC\x0F\x8C"); // add r12, 64; cmp r12, r13; jl top
  emit_int32(a, (int64_t)top - (int64_t)(a->count + 4));
}
