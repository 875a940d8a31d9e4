#include "pool.h"

#include <stdlib.h>

#include "memory.h"

#if defined(__EMSCRIPTEN__) && !defined(__EMSCRIPTEN_PTHREADS__)

struct afina_pool {
  char unused;
};

afina_status afina_pool_create(afina_pool **out, size_t threads, afina_error *error) {
  (void)threads;
  afina_pool *pool = afina_allocate(1, sizeof *pool);
  if (!pool) return afina_fail_memory(error);
  *out = pool;
  return AFINA_OK;
}

void afina_pool_free(afina_pool *pool) { free(pool); }

size_t afina_pool_size(const afina_pool *pool) {
  (void)pool;
  return 1;
}

void afina_pool_run(afina_pool *pool, size_t n, size_t grain, afina_job *job, void *context) {
  (void)pool;
  (void)grain;
  if (n) job(context, 0, n, 0);
}

#else

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

enum {
  MAX_THREADS = 64,
  /* Parts for each thread: more of them balance better, but a matrix product copies its right side
   * anew for each, so none is made of fewer grains than PART_GRAINS for the sake of balance. */
  PARTS_EACH = 4,
  PART_GRAINS = 4,
};

/* How often a waiting thread looks before it sleeps: some 50 microseconds. Within a training step
 * the next job follows sooner than that, between two slices of work it does not. */
#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
enum { LOOKS = 1000 };
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("isb")
enum { LOOKS = 2000 };
#else
#define PAUSE() ((void)0)
enum { LOOKS = 20000 };
#endif

typedef struct worker {
  afina_pool *pool;
  size_t index;
  pthread_t thread;
} worker;

/* The state of a job in one word, so that a part is taken only of the job that is running: the
 * number of the job, how many parts it has, and the next one that nobody has taken. */
typedef uint64_t ticket;
#define TICKET(generation, parts) ((ticket)(generation) << 32 | (ticket)(parts) << 16)
#define TICKET_PARTS(t) ((t) >> 16 & 0xffff)
#define TICKET_NEXT(t) ((t)&0xffff)

struct afina_pool {
  size_t threads; /* with the caller's */
  worker workers[MAX_THREADS];
  pthread_mutex_t mutex;
  pthread_cond_t start, finish;
  afina_job *job; /* this and the next three are written while all parts are done */
  void *context;
  size_t n, grain;
  uint32_t generation;
  /* On lines of their own: the threads look at them all the time. */
  _Alignas(AFINA_ALIGNMENT) _Atomic ticket next;
  _Alignas(AFINA_ALIGNMENT) atomic_size_t left; /* parts that are not done */
  _Alignas(AFINA_ALIGNMENT) atomic_size_t asleep;
  atomic_bool caller_sleeps, quit;
};

/* Part `index` of the job: whole grains, the first parts one grain longer where they do not divide
 * evenly. */
static void run_part(const afina_pool *pool, size_t parts, size_t index, size_t thread) {
  const size_t grains = (pool->n + pool->grain - 1) / pool->grain;
  const size_t each = grains / parts, more = grains % parts;
  const size_t first = index * each + (index < more ? index : more);
  const size_t end = (first + each + (index < more)) * pool->grain;
  pool->job(pool->context, first * pool->grain, end < pool->n ? end : pool->n, thread);
}

/* Takes parts until none is left; the last one of all to be done wakes the caller. */
static void take_parts(afina_pool *pool, size_t thread) {
  for (;;) {
    ticket t = atomic_load(&pool->next);
    if (TICKET_NEXT(t) == TICKET_PARTS(t)) return;
    if (!atomic_compare_exchange_weak(&pool->next, &t, t + 1)) continue;
    run_part(pool, (size_t)TICKET_PARTS(t), (size_t)TICKET_NEXT(t), thread);
    if (atomic_fetch_sub(&pool->left, 1) == 1 && atomic_load(&pool->caller_sleeps)) {
      pthread_mutex_lock(&pool->mutex);
      pthread_cond_signal(&pool->finish);
      pthread_mutex_unlock(&pool->mutex);
    }
  }
}

static bool nothing_to_do(afina_pool *pool) {
  const ticket t = atomic_load(&pool->next);
  return TICKET_NEXT(t) == TICKET_PARTS(t) && !atomic_load(&pool->quit);
}

static void *work(void *argument) {
  worker *self = argument;
  afina_pool *pool = self->pool;
  while (!atomic_load(&pool->quit)) {
    take_parts(pool, self->index);
    for (int i = 0; i < LOOKS && nothing_to_do(pool); i++) PAUSE();
    if (!nothing_to_do(pool)) continue;
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->asleep, 1); /* before the last look: wake() looks the other way round */
    while (nothing_to_do(pool)) pthread_cond_wait(&pool->start, &pool->mutex);
    atomic_fetch_sub(&pool->asleep, 1);
    pthread_mutex_unlock(&pool->mutex);
  }
  return NULL;
}

static void wake(afina_pool *pool) {
  if (!atomic_load(&pool->asleep)) return;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->start);
  pthread_mutex_unlock(&pool->mutex);
}

afina_status afina_pool_create(afina_pool **out, size_t threads, afina_error *error) {
  if (threads == 0) {
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    threads = cores > 0 ? (size_t)cores : 1;
  }
  if (threads > MAX_THREADS) threads = MAX_THREADS;
  afina_pool *pool = aligned_alloc(AFINA_ALIGNMENT, sizeof *pool);
  if (!pool) return afina_fail_memory(error);
  *pool = (afina_pool){.threads = 1};
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->start, NULL);
  pthread_cond_init(&pool->finish, NULL);
  for (size_t i = 1; i < threads; i++) {
    pool->workers[i] = (worker){.pool = pool, .index = i};
    if (pthread_create(&pool->workers[i].thread, NULL, work, &pool->workers[i]))
      break; /* fewer threads, same bits */
    pool->threads++;
  }
  *out = pool;
  return AFINA_OK;
}

void afina_pool_free(afina_pool *pool) {
  if (!pool) return;
  atomic_store(&pool->quit, true);
  wake(pool);
  for (size_t i = 1; i < pool->threads; i++) pthread_join(pool->workers[i].thread, NULL);
  pthread_cond_destroy(&pool->finish);
  pthread_cond_destroy(&pool->start);
  pthread_mutex_destroy(&pool->mutex);
  free(pool);
}

size_t afina_pool_size(const afina_pool *pool) { return pool ? pool->threads : 1; }

/* One part for each thread, and several where they are large enough. */
static size_t count_parts(const afina_pool *pool, size_t grains) {
  size_t each = grains / (pool->threads * PART_GRAINS);
  if (each < 1) each = 1;
  if (each > PARTS_EACH) each = PARTS_EACH;
  const size_t parts = pool->threads * each;
  return parts < grains ? parts : grains;
}

void afina_pool_run(afina_pool *pool, size_t n, size_t grain, afina_job *job, void *context) {
  if (n == 0) return;
  if (!pool || pool->threads == 1 || n <= grain) {
    job(context, 0, n, 0);
    return;
  }
  const size_t parts = count_parts(pool, (n + grain - 1) / grain);
  pool->job = job;
  pool->context = context;
  pool->n = n;
  pool->grain = grain;
  atomic_store(&pool->left, parts);
  atomic_store(&pool->next, TICKET(++pool->generation, parts));
  wake(pool);
  take_parts(pool, 0);
  for (int i = 0; i < LOOKS && atomic_load(&pool->left); i++) PAUSE();
  if (!atomic_load(&pool->left)) return;
  pthread_mutex_lock(&pool->mutex);
  atomic_store(&pool->caller_sleeps, true);
  while (atomic_load(&pool->left)) pthread_cond_wait(&pool->finish, &pool->mutex);
  atomic_store(&pool->caller_sleeps, false);
  pthread_mutex_unlock(&pool->mutex);
}

#endif
