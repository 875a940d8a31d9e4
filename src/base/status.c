#include "status.h"

#include <stdarg.h>
#include <stdio.h>

const char *afina_status_name(afina_status status) {
  switch (status) {
    case AFINA_OK: return "AFINA_OK";
    case AFINA_E_ARGUMENT: return "AFINA_E_ARGUMENT";
    case AFINA_E_MEMORY: return "AFINA_E_MEMORY";
    case AFINA_E_FORMAT: return "AFINA_E_FORMAT";
    case AFINA_E_UNSUPPORTED: return "AFINA_E_UNSUPPORTED";
    case AFINA_E_LIMIT: return "AFINA_E_LIMIT";
    case AFINA_E_DATA: return "AFINA_E_DATA";
    case AFINA_E_STATE: return "AFINA_E_STATE";
    case AFINA_E_DIVERGED: return "AFINA_E_DIVERGED";
  }
  return "unknown status";
}

afina_status afina_fail(afina_error *error, afina_status status, const char *format, ...) {
  if (error) {
    va_list arguments;
    va_start(arguments, format);
    error->status = status;
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
  }
  return status;
}

afina_status afina_fail_memory(afina_error *error) {
  return afina_fail(error, AFINA_E_MEMORY,
                    "not enough memory: close other programs or use fewer rows, a smaller batch or "
                    "a smaller model");
}
