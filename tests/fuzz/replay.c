/* Runs a fuzz target over the files of folders, so that every build checks what fuzzing has found.
 *
 *     replay_config corpus/config */
#include <dirent.h>
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

enum { LARGEST = 1 << 22 };

/* False when the file cannot be read. */
static int replay(const char *path) {
  FILE *file = fopen(path, "rb");
  if (!file) return 0;
  uint8_t *buffer = malloc(LARGEST);
  REQUIRE(buffer);
  const size_t size = fread(buffer, 1, LARGEST, file);
  const int good = !ferror(file) && feof(file);
  fclose(file);
  /* A block of exactly the size, so that AddressSanitizer sees a read beyond it. */
  uint8_t *exact = malloc(size ? size : 1);
  REQUIRE(exact);
  memcpy(exact, buffer, size);
  free(buffer);
  if (good) LLVMFuzzerTestOneInput(exact, size);
  free(exact);
  return good;
}

int main(int argc, char **argv) {
  size_t count = 0;
  for (int i = 1; i < argc; i++) {
    DIR *folder = opendir(argv[i]);
    if (!folder) return fprintf(stderr, "%s: cannot be opened\n", argv[i]), 1;
    for (const struct dirent *entry; (entry = readdir(folder));) {
      char path[1024];
      if (entry->d_name[0] == '.') continue;
      snprintf(path, sizeof path, "%s/%s", argv[i], entry->d_name);
      fprintf(stderr, "%s\n", path);
      if (!replay(path)) return fprintf(stderr, "%s: cannot be read\n", path), 1;
      count++;
    }
    closedir(folder);
  }
  if (count == 0) return fprintf(stderr, "no files to replay\n"), 1;
  return 0;
}
