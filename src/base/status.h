/* Status codes and error messages.
 *
 * Whatever can fail returns an afina_status, writes its `out` argument only on success, and, where
 * the caller passed an afina_error, leaves there a sentence that says what was wrong, where, and
 * what to do.
 *
 *     afina_error error;
 *     if (afina_model_load(&model, ..., &error)) fprintf(stderr, "%s\n", error.message);
 */
#ifndef AFINA_STATUS_H
#define AFINA_STATUS_H

/* The numbers are frozen: they cross to JavaScript. New ones are added at the end. */
typedef enum afina_status {
  AFINA_OK = 0,
  AFINA_E_ARGUMENT = 1, /* an argument is out of its range */
  AFINA_E_MEMORY = 2,   /* an allocation failed */
  AFINA_E_FORMAT = 3,   /* a file is not what it should be: damaged, truncated or of another kind */
  AFINA_E_UNSUPPORTED = 4, /* a valid file, of a kind that Afina does not run */
  AFINA_E_LIMIT = 5,       /* larger than a stated limit */
  AFINA_E_DATA = 6,        /* the labeled rows cannot be used: too few, one class only, ... */
  AFINA_E_STATE = 7,       /* called in the wrong order */
  AFINA_E_DIVERGED = 8     /* a loss or an answer is not a finite number */
} afina_status;

enum { AFINA_MESSAGE_SIZE = 512 };

typedef struct afina_error {
  afina_status status;
  char message[AFINA_MESSAGE_SIZE]; /* English, one line, terminated */
} afina_error;

/* The name of a status, such as "AFINA_E_FORMAT". */
const char *afina_status_name(afina_status status);

#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
/* Fills `error` (may be NULL) and returns `status`, so that a failure is one line:
 * return afina_fail(error, AFINA_E_FORMAT, "tensor '%s': ...", name); */
afina_status
afina_fail(afina_error *error, afina_status status, const char *format, ...);

/* The one sentence for a failed allocation. */
afina_status afina_fail_memory(afina_error *error);

/* Returns from the calling function when `call` fails. */
#define AFINA_TRY(call)                                        \
  do {                                                         \
    const afina_status afina_try_status = (call);              \
    if (afina_try_status != AFINA_OK) return afina_try_status; \
  } while (0)

#endif
