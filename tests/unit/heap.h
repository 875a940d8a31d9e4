/* Counts what is allocated: the linker passes every allocation of ours through here (CMakeLists.txt
 * says for which tests). Of one thread only. */
#ifndef AFINA_HEAP_H
#define AFINA_HEAP_H

#include <malloc.h>
#include <stddef.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void __real_free(void *block);

static struct { size_t count, live, peak; } heap;

static void *note(void *block) {
  heap.count++;
  heap.live += malloc_usable_size(block);
  if (heap.live > heap.peak) heap.peak = heap.live;
  return block;
}

/* The linker's names for what stands in the place of malloc and its like. */
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
void __wrap_free(void *block);

void *__wrap_malloc(size_t size) { return note(__real_malloc(size)); }
void *__wrap_calloc(size_t count, size_t size) { return note(__real_calloc(count, size)); }
void *__wrap_aligned_alloc(size_t alignment, size_t size) {
  return note(__real_aligned_alloc(alignment, size));
}

void *__wrap_realloc(void *old, size_t size) {
  heap.live -= malloc_usable_size(old);
  return note(__real_realloc(old, size));
}

void __wrap_free(void *block) {
  heap.live -= malloc_usable_size(block);
  __real_free(block);
}

#endif
