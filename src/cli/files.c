#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

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

static char *partial_name(const char *path) {
  char *partial = malloc(strlen(path) + 9);
  if (partial) sprintf(partial, "%s.partial", path);
  return partial;
}

static afina_status write_partial(const char *path, const void *data, size_t size,
                                  afina_error *error) {
  char *partial = partial_name(path);
  if (!partial) return afina_fail_memory(error);
  FILE *file = fopen(partial, "wb");
  bool fine = file != NULL;
  if (file) {
    fine = fwrite(data, 1, size, file) == size;
    fine = fclose(file) == 0 && fine;
  }
  const int reason = errno;
  if (!fine && file) remove(partial);
  free(partial);
  if (fine) return AFINA_OK;
  return afina_fail(error, AFINA_E_FORMAT, "%s: cannot be written: %s", path, strerror(reason));
}

/* Puts what write_partial wrote in its place, or takes it away. */
static afina_status settle(const char *path, bool keep, afina_error *error) {
  char *partial = partial_name(path);
  if (!partial) return afina_fail_memory(error);
  const bool fine = keep && rename(partial, path) == 0;
  const int reason = errno;
  if (!fine) remove(partial);
  free(partial);
  if (fine || !keep) return AFINA_OK;
  return afina_fail(error, AFINA_E_FORMAT, "%s: cannot be written: %s", path, strerror(reason));
}

afina_status cli_write_file(const char *path, const void *data, size_t size, afina_error *error) {
  AFINA_TRY(write_partial(path, data, size, error));
  return settle(path, true, error);
}

afina_status cli_write_all(const char *const *paths, const afina_bytes *contents, size_t count,
                           afina_error *error) {
  afina_status status = AFINA_OK;
  size_t written = 0;
  while (written < count && status == AFINA_OK) {
    status = write_partial(paths[written], contents[written].data, contents[written].size, error);
    if (status == AFINA_OK) written++;
  }
  for (size_t i = 0; i < written; i++) {
    const bool keep = status == AFINA_OK;
    const afina_status settled = settle(paths[i], keep, keep ? error : NULL);
    if (keep) status = settled;
  }
  return status;
}

afina_status cli_make_folder(const char *path, afina_error *error) {
  char *part = strdup(path);
  if (!part) return afina_fail_memory(error);
  bool made = true;
  for (char *at = part; made && *at; at++) {
    if (at == part || *at != '/') continue;
    *at = '\0';
    made = mkdir(part, 0777) == 0 || errno == EEXIST;
    *at = '/';
  }
  made = made && (mkdir(path, 0777) == 0 || errno == EEXIST);
  const int reason = errno;
  free(part);
  if (made) return AFINA_OK;
  return afina_fail(error, AFINA_E_FORMAT, "%s: cannot be made: %s", path, strerror(reason));
}

/* "/" and "." where nothing is left. */
static void cut_last_part(char *path) {
  char *slash = strrchr(path, '/');
  if (!slash)
    strcpy(path, ".");
  else
    slash[slash == path] = '\0';
}

/* NULL where files can be made in the folder. */
static const char *why_not_within(const char *folder) {
  struct stat found;
  if (stat(folder, &found) != 0) return strerror(errno);
  if (!S_ISDIR(found.st_mode)) return "a file is in the way";
  return access(folder, W_OK | X_OK) == 0 ? NULL : strerror(errno);
}

afina_status cli_check_folder(const char *path, afina_error *error) {
  struct stat found;
  char *nearest = malloc(strlen(path) + 2);
  if (!nearest) return afina_fail_memory(error);
  strcpy(nearest, path);
  while (stat(nearest, &found) != 0 && errno == ENOENT && strcmp(nearest, ".") != 0)
    cut_last_part(nearest);
  const char *reason = *path ? why_not_within(nearest) : "it has no name";
  free(nearest);
  if (!reason) return AFINA_OK;
  return afina_fail(error, AFINA_E_FORMAT, "%s: cannot be written to: %s", path, reason);
}

afina_status cli_check_file(const char *path, afina_error *error) {
  struct stat found;
  char *folder = malloc(strlen(path) + 2);
  if (!folder) return afina_fail_memory(error);
  strcpy(folder, path);
  cut_last_part(folder);
  const bool taken = stat(path, &found) == 0 && S_ISDIR(found.st_mode);
  const char *reason = taken ? "it is a folder" : why_not_within(folder);
  free(folder);
  if (!reason) return AFINA_OK;
  return afina_fail(error, AFINA_E_FORMAT, "%s: cannot be written: %s", path, reason);
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
