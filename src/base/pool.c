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
  PARTS_EACH = 4, /* parts for each thread, where there are enough grains: so they balance */
};

/* How often a waiting thread looks before it sleeps: some 150 microseconds, a few times what it
 * costs to be woken. Within a training step the next job follows sooner than that, between two
 * slices of work it does not. */
#if defined(__x86_64__) || defined(__i386__)
#define PAUSE() __builtin_ia32_pause()
enum { LOOKS = 8000 };
#elif defined(__aarch64__)
#define PAUSE() __asm__ volatile("isb")
enum { LOOKS = 8000 };
#else
#define PAUSE() ((void)0)
enum { LOOKS = 200000 };
#endif

/* The parts of the job that are a thread's own, in one word, so that a part is taken only of the
 * job that is running: the number of the job, the next part that nobody has taken, and the end. */
typedef uint64_t queue;
#define QUEUE(job, next, end) ((queue)(job) << 32 | (queue)(end) << 16 | (queue)(next))
#define QUEUE_END(q) ((size_t)((q) >> 16 & 0xffff))
#define QUEUE_NEXT(q) ((size_t)((q)&0xffff))

typedef struct worker {
  _Alignas(AFINA_ALIGNMENT) _Atomic queue parts; /* a line of its own: others look at theirs */
  afina_pool *pool;
  size_t index;
  pthread_t thread;
} worker;

struct afina_pool {
  worker workers[MAX_THREADS]; /* the first is the caller */
  size_t threads;
  pthread_mutex_t mutex;
  pthread_cond_t start, finish;
  afina_job *job; /* this and the next four are written while all parts are done */
  void *context;
  size_t n, grain, parts;
  _Alignas(AFINA_ALIGNMENT) atomic_uint jobs; /* how many there were: a change starts the others */
  _Alignas(AFINA_ALIGNMENT) atomic_size_t left; /* parts that are not done */
  _Alignas(AFINA_ALIGNMENT) atomic_size_t asleep;
  atomic_bool caller_sleeps, quit;
};

/* Part `index` of the job: whole grains, the first parts one grain longer where they do not divide
 * evenly. */
static void run_part(const afina_pool *pool, size_t index, size_t thread) {
  const size_t grains = (pool->n + pool->grain - 1) / pool->grain;
  const size_t each = grains / pool->parts, more = grains % pool->parts;
  const size_t first = index * each + (index < more ? index : more);
  const size_t end = (first + each + (index < more)) * pool->grain;
  pool->job(pool->context, first * pool->grain, end < pool->n ? end : pool->n, thread);
}

/* Takes parts of one thread's until none is left; the last one of all to be done wakes the caller.
 */
static void take_from(afina_pool *pool, _Atomic queue *parts, size_t thread) {
  queue q = atomic_load(parts);
  while (QUEUE_NEXT(q) < QUEUE_END(q)) {
    if (!atomic_compare_exchange_weak(parts, &q, q + 1)) continue;
    run_part(pool, QUEUE_NEXT(q), thread);
    if (atomic_fetch_sub(&pool->left, 1) == 1 && atomic_load(&pool->caller_sleeps)) {
      pthread_mutex_lock(&pool->mutex);
      pthread_cond_signal(&pool->finish);
      pthread_mutex_unlock(&pool->mutex);
    }
    q = atomic_load(parts);
  }
}

/* Its own first, which lie where those of the job before lay and may still be in its cache. */
static void take_parts(afina_pool *pool, size_t thread) {
  for (size_t i = 0; i < pool->threads; i++)
    take_from(pool, &pool->workers[(thread + i) % pool->threads].parts, thread);
}

static void *work(void *argument) {
  worker *self = argument;
  afina_pool *pool = self->pool;
  unsigned seen = 0;
  while (!atomic_load(&pool->quit)) {
    for (int i = 0; i < LOOKS && atomic_load(&pool->jobs) == seen; i++) PAUSE();
    if (atomic_load(&pool->jobs) == seen) {
      pthread_mutex_lock(&pool->mutex);
      atomic_fetch_add(&pool->asleep, 1); /* before the last look: wake() looks the other way */
      while (atomic_load(&pool->jobs) == seen) pthread_cond_wait(&pool->start, &pool->mutex);
      atomic_fetch_sub(&pool->asleep, 1);
      pthread_mutex_unlock(&pool->mutex);
    }
    seen = atomic_load(&pool->jobs);
    take_parts(pool, self->index);
  }
  return NULL;
}

static void start(afina_pool *pool) {
  atomic_fetch_add(&pool->jobs, 1);
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
    pool->workers[i].pool = pool;
    pool->workers[i].index = i;
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
  start(pool);
  for (size_t i = 1; i < pool->threads; i++) pthread_join(pool->workers[i].thread, NULL);
  pthread_cond_destroy(&pool->finish);
  pthread_cond_destroy(&pool->start);
  pthread_mutex_destroy(&pool->mutex);
  free(pool);
}

size_t afina_pool_size(const afina_pool *pool) { return pool ? pool->threads : 1; }

void afina_pool_run(afina_pool *pool, size_t n, size_t grain, afina_job *job, void *context) {
  if (n == 0) return;
  if (!pool || pool->threads == 1 || n <= grain) {
    job(context, 0, n, 0);
    return;
  }
  const size_t grains = (n + grain - 1) / grain, most = pool->threads * PARTS_EACH;
  const size_t parts = grains < most ? grains : most;
  const unsigned number = atomic_load(&pool->jobs) + 1;
  pool->job = job;
  pool->context = context;
  pool->n = n;
  pool->grain = grain;
  pool->parts = parts;
  atomic_store(&pool->left, parts);
  for (size_t i = 0; i < pool->threads; i++)
    atomic_store(&pool->workers[i].parts,
                 QUEUE(number, i * parts / pool->threads, (i + 1) * parts / pool->threads));
  start(pool);
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
