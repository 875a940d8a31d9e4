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
#include <unistd.h>

enum { MAX_THREADS = 64, SPINS = 2000 };

typedef struct worker {
  afina_pool *pool;
  size_t index;
  pthread_t thread;
} worker;

struct afina_pool {
  size_t threads; /* with the caller's */
  worker workers[MAX_THREADS];
  pthread_mutex_t mutex;
  pthread_cond_t start, finish;
  atomic_size_t generation; /* counts jobs; a change starts the workers */
  atomic_size_t pending;    /* workers that have not finished the job */
  int quit;
  afina_job *job;
  void *context;
  size_t n, grain;
};

/* Part `index` of the job: whole grains, the first parts one grain longer where they do not divide
 * evenly. */
static void run_part(const afina_pool *pool, size_t index) {
  const size_t grains = (pool->n + pool->grain - 1) / pool->grain;
  const size_t each = grains / pool->threads, more = grains % pool->threads;
  const size_t first = index * each + (index < more ? index : more);
  const size_t count = each + (index < more ? 1 : 0);
  const size_t begin = first * pool->grain;
  const size_t end =
      (first + count) * pool->grain < pool->n ? (first + count) * pool->grain : pool->n;
  if (begin < end) pool->job(pool->context, begin, end, index);
}

/* A job often follows the last one within microseconds, so waiting starts with a short spin. */
static void *work(void *argument) {
  worker *self = argument;
  afina_pool *pool = self->pool;
  size_t seen = 0;
  for (;;) {
    for (int i = 0; i < SPINS && atomic_load(&pool->generation) == seen; i++) {}
    if (atomic_load(&pool->generation) == seen) {
      pthread_mutex_lock(&pool->mutex);
      while (atomic_load(&pool->generation) == seen) pthread_cond_wait(&pool->start, &pool->mutex);
      pthread_mutex_unlock(&pool->mutex);
    }
    seen = atomic_load(&pool->generation);
    if (pool->quit) return NULL;
    run_part(pool, self->index);
    if (atomic_fetch_sub(&pool->pending, 1) == 1) {
      pthread_mutex_lock(&pool->mutex);
      pthread_cond_signal(&pool->finish);
      pthread_mutex_unlock(&pool->mutex);
    }
  }
}

static void publish(afina_pool *pool) {
  pthread_mutex_lock(&pool->mutex);
  atomic_fetch_add(&pool->generation, 1);
  pthread_cond_broadcast(&pool->start);
  pthread_mutex_unlock(&pool->mutex);
}

afina_status afina_pool_create(afina_pool **out, size_t threads, afina_error *error) {
  if (threads == 0) {
    const long cores = sysconf(_SC_NPROCESSORS_ONLN);
    threads = cores > 0 ? (size_t)cores : 1;
  }
  if (threads > MAX_THREADS) threads = MAX_THREADS;
  afina_pool *pool = afina_allocate(1, sizeof *pool);
  if (!pool) return afina_fail_memory(error);
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->start, NULL);
  pthread_cond_init(&pool->finish, NULL);
  pool->threads = 1;
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
  pool->quit = 1;
  publish(pool);
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
  pool->job = job;
  pool->context = context;
  pool->n = n;
  pool->grain = grain;
  atomic_store(&pool->pending, pool->threads - 1);
  publish(pool);
  run_part(pool, 0);
  for (int i = 0; i < SPINS && atomic_load(&pool->pending); i++) {}
  if (atomic_load(&pool->pending)) {
    pthread_mutex_lock(&pool->mutex);
    while (atomic_load(&pool->pending)) pthread_cond_wait(&pool->finish, &pool->mutex);
    pthread_mutex_unlock(&pool->mutex);
  }
}

#endif
