/*
 * The reference for bench/hold/hold.ts: the pending-event set of src/engine/event-queue.ts in C, step by step.
 * Usage: hold PENDING OPERATIONS < increments (65536 float64). Prints CPU seconds and a checksum.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROOT = 3, NEAR_POSITIONS = 5000, CANCELLED = -1, GENERATION_MASK = 67108863, INCREMENTS = 65536 };

typedef struct {
  int32_t handler, a, b, generation;
} record;

static double *times, *orders;
static int32_t *slots;
static record *records;
static int32_t end = ROOT, capacity = 0, vacant = 0;
static int32_t free_slot = -1, used_slots = 0, slot_capacity = 64;
static double popped_time;
static int32_t popped_handler, popped_a, popped_b;

static void *resized(void *memory, size_t bytes) {
  void *grown = realloc(memory, bytes);
  if (!grown) exit(1);
  return grown;
}

static void grow_heap(void) {
  capacity = capacity ? 2 * capacity : 64;
  times = resized(times, capacity * sizeof *times);
  orders = resized(orders, capacity * sizeof *orders);
  slots = resized(slots, capacity * sizeof *slots);
  for (int32_t at = end; at < capacity; at++) times[at] = INFINITY;
}

static int32_t new_slot(void) {
  if (used_slots == slot_capacity || !records) {
    slot_capacity *= 2;
    records = resized(records, slot_capacity * sizeof *records);
  }
  records[used_slots].generation = 1;
  return used_slots++;
}

static int32_t take_slot(void) {
  int32_t slot = free_slot;
  free_slot = records[slot].handler;
  return slot;
}

static void release_slot(int32_t slot) {
  records[slot].handler = free_slot;
  free_slot = slot;
}

static void rise(int32_t at) {
  double time = times[at], order = orders[at];
  int32_t slot = slots[at];
  while (at > ROOT) {
    int32_t parent = (at >> 2) + 2;
    double parent_time = times[parent];
    if (parent_time <= time && (parent_time < time || orders[parent] < order)) break;
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
    int earlier = times[other] < times[child];
    if (earlier || (times[other] == times[child] && orders[other] < orders[child])) child = other;
  }
  return child;
}

static void sink_far(int32_t at) {
  double time = times[at], order = orders[at];
  int32_t slot = slots[at], first = (at << 2) - 8;
  while (first < end) {
    int32_t child = first;
    double least = times[first], t1 = times[first + 1], t2 = times[first + 2], t3 = times[first + 3];
    if (t1 <= least && (t1 < least || orders[first + 1] < orders[child])) {
      least = t1;
      child = first + 1;
    }
    if (t2 <= least && (t2 < least || orders[first + 2] < orders[child])) {
      least = t2;
      child = first + 2;
    }
    if (t3 <= least && (t3 < least || orders[first + 3] < orders[child])) {
      least = t3;
      child = first + 3;
    }
    if (time <= least && (time < least || order < orders[child])) break;
    times[at] = least;
    orders[at] = orders[child];
    slots[at] = slots[child];
    at = child;
    first = (at << 2) - 8;
  }
  times[at] = time;
  orders[at] = order;
  slots[at] = slot;
}

static void sink_root(void) {
  double time = times[ROOT], order = orders[ROOT];
  int32_t slot = slots[ROOT], at = ROOT, first = 4;
  int32_t near = end < NEAR_POSITIONS ? end : NEAR_POSITIONS;
  vacant = 0;
  while (first < near) {
    double t0 = times[first], t1 = times[first + 1], t2 = times[first + 2], t3 = times[first + 3];
    int32_t left = first + (t1 < t0), right = first + 2 + (t3 < t2);
    double left_time = times[left], right_time = times[right];
    int32_t child = right + ((left - right) & ((right_time < left_time) - 1));
    if (t0 == t1 || t2 == t3 || left_time == right_time) child = least_of(first);
    double least = times[child];
    if (time <= least && (time < least || order < orders[child])) break;
    times[at] = least;
    orders[at] = orders[child];
    slots[at] = slots[child];
    at = child;
    first = (at << 2) - 8;
  }
  times[at] = time;
  orders[at] = order;
  slots[at] = slot;
  if (first >= NEAR_POSITIONS) sink_far(at);
}

static void fill_root(void) {
  release_slot(slots[ROOT]);
  end--;
  times[ROOT] = times[end];
  orders[ROOT] = orders[end];
  slots[ROOT] = slots[end];
  times[end] = INFINITY;
  sink_root();
}

static int32_t append(void) {
  if (end == capacity) grow_heap();
  slots[end] = free_slot >= 0 ? take_slot() : new_slot();
  return end++;
}

static void push(double time, double order, int32_t handler, int32_t a, int32_t b) {
  int32_t at = vacant ? ROOT : append();
  record *event = records + slots[at];
  times[at] = time;
  orders[at] = order;
  event->handler = handler;
  event->a = a;
  event->b = b;
  if (at != ROOT) rise(at);
  else sink_root();
}

static int pop(double until) {
  if (vacant) fill_root();
  while (end > ROOT) {
    double time = times[ROOT];
    if (!(time <= until)) return 0;
    record *event = records + slots[ROOT];
    if (event->handler != CANCELLED) {
      vacant = 1;
      event->generation = (event->generation & GENERATION_MASK) + 1;
      popped_time = time;
      popped_handler = event->handler;
      popped_a = event->a;
      popped_b = event->b;
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
  int32_t pending = atoi(arguments[1]), operations = atoi(arguments[2]), drawn = 0;
  grow_heap();
  for (int32_t i = 0; i < pending; i++) {
    drawn++;
    push(increments[drawn & (INCREMENTS - 1)], drawn, 1, i, 0);
  }
  uint32_t checksum = 0;
  double start = cpu_seconds();
  for (int32_t i = 0; i < operations; i++) {
    pop(INFINITY);
    checksum = checksum * 31 + (uint32_t)popped_a;
    drawn++;
    push(popped_time + increments[drawn & (INCREMENTS - 1)], drawn, popped_handler, popped_a, popped_b);
  }
  printf("%.9f %u\n", cpu_seconds() - start, checksum);
  return 0;
}
