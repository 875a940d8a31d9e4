#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli.h"

static afina_status read_stream(afina_bytes *out, FILE *file, const char *what,
                                afina_error *error) {
  afina_buffer buffer = {0};
  afina_status status = AFINA_OK;
  while (status == AFINA_OK && !feof(file) && !ferror(file)) {
    status = afina_buffer_reserve(&buffer, 1 << 16, error);
    if (status == AFINA_OK)
      buffer.size += fread(buffer.data + buffer.size, 1, buffer.capacity - buffer.size, file);
  }
  if (status == AFINA_OK && ferror(file))
    status = afina_fail(error, AFINA_E_FORMAT, "%s: cannot be read: %s", what, strerror(errno));
  if (status == AFINA_OK) afina_buffer_take(&buffer, out);
  afina_buffer_free(&buffer);
  return status;
}

afina_status cli_read_file(afina_bytes *out, const char *path, afina_error *error) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return afina_fail(error, AFINA_E_FORMAT, "%s: cannot be opened: %s", path, strerror(errno));
  const afina_status status = read_stream(out, file, path, error);
  fclose(file);
  return status;
}

afina_status cli_read_stdin(afina_bytes *out, afina_error *error) {
  return read_stream(out, stdin, "standard input", error);
}

afina_status cli_write_file(const char *path, const void *data, size_t size, afina_error *error) {
  char *partial = malloc(strlen(path) + 9);
  if (!partial) return afina_fail_memory(error);
  sprintf(partial, "%s.partial", path);
  FILE *file = fopen(partial, "wb");
  bool fine = file != NULL;
  if (file) {
    fine = fwrite(data, 1, size, file) == size;
    fine = fclose(file) == 0 && fine;
    fine = fine && rename(partial, path) == 0;
  }
  const int reason = errno;
  if (!fine && file) remove(partial);
  free(partial);
  if (!fine)
    return afina_fail(error, AFINA_E_FORMAT, "%s: cannot be written: %s", path, strerror(reason));
  return AFINA_OK;
}

afina_status cli_make_folder(const char *path, afina_error *error) {
  if (mkdir(path, 0777) == 0 || errno == EEXIST) return AFINA_OK;
  return afina_fail(error, AFINA_E_FORMAT, "%s: cannot be made: %s", path, strerror(errno));
}

char *cli_join(const char *folder, const char *name) {
  char *path = malloc(strlen(folder) + strlen(name) + 2);
  if (path) sprintf(path, "%s/%s", folder, name);
  return path;
}

afina_status cli_read_in(afina_bytes *out, const char *folder, const char *name,
                         afina_error *error) {
  char *path = cli_join(folder, name);
  if (!path) return afina_fail_memory(error);
  const afina_status status = cli_read_file(out, path, error);
  free(path);
  return status;
}

afina_status cli_write_in(const char *folder, const char *name, const afina_bytes *bytes,
                          afina_error *error) {
  char *path = cli_join(folder, name);
  if (!path) return afina_fail_memory(error);
  const afina_status status = cli_write_file(path, bytes->data, bytes->size, error);
  free(path);
  return status;
}

int cli_fail(const char *command, const afina_error *error) {
  fprintf(stderr, "afina %s: %s\n", command, error->message);
  return error->status == AFINA_E_ARGUMENT ? CLI_USAGE : CLI_FAILED;
}

double cli_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}
