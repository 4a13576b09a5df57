/*
 * The reference for bench/hold/hold.ts: the pending-event set of src/engine/event-queue.ts, line by line, in C.
 * Usage: hold PENDING OPERATIONS < increments (65536 little-endian float64). Prints CPU seconds and a checksum.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROOT = 3, NEAR_POSITIONS = 5000, CANCELLED = -1, INCREMENTS = 65536 };

static double *times, *orders;
static int32_t *slots, *payload;
static int32_t end = ROOT, capacity = 32, free_slot = -1, used_slots = 0, payload_capacity = 64;
static double popped_time;
static int vacant = 0;
static int32_t popped_handler, popped_a, popped_b;

static void *resized(void *memory, size_t bytes) {
  void *grown = realloc(memory, bytes);
  if (!grown) exit(1);
  return grown;
}

static void grow_heap(void) {
  capacity *= 2;
  times = resized(times, capacity * sizeof *times);
  for (int32_t at = end; at < capacity; at++) times[at] = INFINITY;
  orders = resized(orders, capacity * sizeof *orders);
  slots = resized(slots, capacity * sizeof *slots);
}

static int32_t new_slot(void) {
  if (used_slots == payload_capacity) {
    payload_capacity *= 2;
    payload = resized(payload, (size_t)payload_capacity * 4 * sizeof *payload);
  }
  payload[used_slots * 4 + 3] = 1;
  return used_slots++;
}

static void rise(int32_t at) {
  double time = times[at], order = orders[at];
  int32_t slot = slots[at];
  while (at > ROOT) {
    int32_t parent = (at >> 2) + 2;
    double parent_time = times[parent];
    if (parent_time < time || (parent_time == time && orders[parent] < order)) break;
    times[at] = parent_time;
    orders[at] = orders[parent];
    slots[at] = slots[parent];
    at = parent;
  }
  times[at] = time;
  orders[at] = order;
  slots[at] = slot;
}

/* The least of four siblings among which some have the same time. */
static int32_t least_of(int32_t first) {
  int32_t child = first;
  for (int32_t other = first + 1; other < first + 4; other++) {
    if (times[other] < times[child] || (times[other] == times[child] && orders[other] < orders[child])) child = other;
  }
  return child;
}

static void sink_root(void) {
  double time = times[ROOT], order = orders[ROOT];
  int32_t slot = slots[ROOT], at = ROOT;
  vacant = 0;
  for (;;) {
    int32_t first = (at << 2) - 8, child = first;
    if (first >= end) break;
    double least = times[first], second = times[first + 1], third = times[first + 2], fourth = times[first + 3];
    if (first < NEAR_POSITIONS) {
      int32_t left = first + (second < least), right = first + 2 + (fourth < third);
      double left_time = times[left], right_time = times[right];
      if (least == second || third == fourth || left_time == right_time) child = least_of(first);
      else child = right + ((left - right) & ((right_time < left_time) - 1));
      least = times[child];
    } else {
      if (second < least || (second == least && orders[first + 1] < orders[child])) {
        least = second;
        child = first + 1;
      }
      if (third < least || (third == least && orders[first + 2] < orders[child])) {
        least = third;
        child = first + 2;
      }
      if (fourth < least || (fourth == least && orders[first + 3] < orders[child])) {
        least = fourth;
        child = first + 3;
      }
    }
    if (time < least || (time == least && order < orders[child])) break;
    times[at] = least;
    orders[at] = orders[child];
    slots[at] = slots[child];
    at = child;
  }
  times[at] = time;
  orders[at] = order;
  slots[at] = slot;
}

static void fill_root(void) {
  end--;
  times[ROOT] = times[end];
  orders[ROOT] = orders[end];
  slots[ROOT] = slots[end];
  times[end] = INFINITY;
  sink_root();
}

static void push(double time, double order, int32_t handler, int32_t a, int32_t b) {
  int32_t slot = free_slot;
  if (slot >= 0) free_slot = payload[slot << 2];
  else slot = new_slot();
  payload[slot << 2] = handler;
  payload[(slot << 2) + 1] = a;
  payload[(slot << 2) + 2] = b;
  int32_t at = ROOT;
  if (!vacant) {
    if (end == capacity) grow_heap();
    at = end++;
  }
  times[at] = time;
  orders[at] = order;
  slots[at] = slot;
  if (at != ROOT) rise(at);
  else sink_root();
}

static int pop(double until) {
  if (vacant) fill_root();
  while (end > ROOT) {
    double time = times[ROOT];
    if (!(time <= until)) return 0;
    int32_t slot = slots[ROOT];
    int32_t *event = payload + (slot << 2);
    int32_t handler = event[0];
    event[0] = free_slot;
    free_slot = slot;
    if (handler != CANCELLED) {
      vacant = 1;
      event[3] = (event[3] & 67108863) + 1;
      popped_time = time;
      popped_handler = handler;
      popped_a = event[1];
      popped_b = event[2];
      return 1;
    }
    fill_root();
  }
  return 0;
}

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec + now.tv_nsec * 1e-9;
}

int main(int count, char **arguments) {
  static double increments[INCREMENTS];
  if (count != 3 || fread(increments, sizeof *increments, INCREMENTS, stdin) != INCREMENTS) return 2;
  int32_t pending = atoi(arguments[1]), operations = atoi(arguments[2]);
  grow_heap();
  payload = resized(NULL, (size_t)payload_capacity * 4 * sizeof *payload);
  int32_t drawn = 0;
  for (int32_t i = 0; i < pending; i++) {
    drawn++;
    push(increments[drawn & (INCREMENTS - 1)], drawn, 1, i, 0);
  }
  uint32_t sum = 0;
  double start = cpu_seconds();
  for (int32_t i = 0; i < operations; i++) {
    pop(1e300);
    sum = sum * 31 + (uint32_t)popped_a;
    drawn++;
    push(popped_time + increments[drawn & (INCREMENTS - 1)], drawn, popped_handler, popped_a, popped_b);
  }
  printf("%.9f %u\n", cpu_seconds() - start, sum);
  return 0;
}
