/* Which column holds the texts and which the labels. The usual names and their order are those of
 * the page (web/engine/columns.js), so that both read the same columns of a file. */
#include <stdio.h>
#include <string.h>

#include "csv.h"

enum { NAME = 128, HEADER = 200 };

static const char *const text_names[] = {
    "text",     "texto",    "mensagem", "message",   "mensaje", "comentario", "comment",
    "sentence", "frase",    "review",   "avaliacao", "resenha", "descricao",  "description",
    "conteudo", "content",  "tweet",    "titulo",    "title",   "headline",   "manchete",
    "pergunta", "question", "resposta", "body",      "sms",     "v2",         NULL};
static const char *const label_names[] = {
    "label",      "rotulo",   "classe",   "class", "categoria", "category", "sentimento",
    "sentiment",  "target",   "etiqueta", "tag",   "intent",    "intencao", "topic",
    "topico",     "assunto",  "tema",     "tipo",  "type",      "emocao",   "emotion",
    "polaridade", "polarity", "nota",     "y",     "v1",        NULL};

/* U+00C0 .. U+00FF without their accents; '?' is none that a usual name has. */
static const char bases[] = "AAAAAA?CEEEEIIII?NOOOOO??UUUUY??aaaaaa?ceeeeiiii?nooooo??uuuuy?y";

/* A name in small letters, without accents (composed or combining), _ - and runs of space as one
 * space; cut to fit. */
static void make_plain(char plain[NAME], const char *name, size_t size) {
  size_t n = 0;
  for (size_t i = 0; i < size && n + 1 < NAME; i++) {
    const unsigned char c = (unsigned char)name[i],
                        next = i + 1 < size ? (unsigned char)name[i + 1] : 0;
    char out = (char)c;
    if (c == 0xC3 && next >= 0x80 && next <= 0xBF) {
      out = bases[next - 0x80];
      i++;
    } else if ((c == 0xCC && next >= 0x80) || (c == 0xCD && next >= 0x80 && next <= 0xAF)) {
      i++;
      continue;
    }
    if (out >= 'A' && out <= 'Z') out = (char)(out + 'a' - 'A');
    if (out && strchr(" \t\r\n_-", out)) out = ' ';
    if (out == ' ' && (n == 0 || plain[n - 1] == ' ')) continue;
    plain[n++] = out;
  }
  while (n > 0 && plain[n - 1] == ' ') n--;
  plain[n] = '\0';
}

static bool has_word(const char *plain, const char *word) {
  const size_t size = strlen(word);
  for (const char *at = plain; (at = strstr(at, word)) != NULL; at++)
    if ((at == plain || at[-1] == ' ') && (at[size] == ' ' || at[size] == '\0')) return true;
  return false;
}

/* The place of a name among the usual ones: by the whole name, then by a word of it. */
static size_t place(const char *plain, const char *const *names) {
  size_t count = 0;
  for (; names[count]; count++)
    if (strcmp(plain, names[count]) == 0) return count;
  for (size_t i = 0; i < count; i++)
    if (strlen(names[i]) > 2 && has_word(plain, names[i])) return count + i;
  return SIZE_MAX;
}

static void plain_cell(const cli_table *table, size_t column, char plain[NAME]) {
  size_t size;
  const char *cell = cli_table_cell(table, 0, column, &size);
  make_plain(plain, cell, size);
}

/* SIZE_MAX where no column has a usual name. */
static size_t guess(const cli_table *table, const char *const *names, size_t but) {
  size_t best = SIZE_MAX, best_place = SIZE_MAX;
  for (size_t c = 0; c < cli_table_width(table, 0); c++) {
    char plain[NAME];
    plain_cell(table, c, plain);
    const size_t at = place(plain, names);
    if (c == but || at >= best_place) continue;
    best = c;
    best_place = at;
  }
  return best;
}

size_t cli_table_find(const cli_table *table, const char *name) {
  const size_t width = cli_table_width(table, 0);
  char wanted[NAME], plain[NAME];
  for (size_t c = 0; c < width; c++) {
    size_t size;
    const char *cell = cli_table_cell(table, 0, c, &size);
    if (size == strlen(name) && memcmp(cell, name, size) == 0) return c;
  }
  make_plain(wanted, name, strlen(name));
  for (size_t c = 0; c < width; c++) {
    plain_cell(table, c, plain);
    if (strcmp(plain, wanted) == 0) return c;
  }
  return SIZE_MAX;
}

static afina_status missing(const cli_table *table, const char *path, const char *name,
                            const char *kind, afina_error *error) {
  char header[HEADER] = "";
  size_t used = 0;
  for (size_t c = 0; c < cli_table_width(table, 0); c++) {
    size_t size;
    const char *cell = cli_table_cell(table, 0, c, &size);
    if (used + size + 8 > sizeof header) {
      used += (size_t)snprintf(header + used, sizeof header - used, ", ...");
      break;
    }
    used += (size_t)snprintf(header + used, sizeof header - used, "%s'%s'", c ? ", " : "", cell);
  }
  for (size_t i = 0; i < used; i++)
    if ((unsigned char)header[i] < ' ') header[i] = ' ';
  if (name)
    return afina_fail(error, AFINA_E_DATA, "%s: no column '%s'; the first row has %s", path, name,
                      header);
  return afina_fail(error, AFINA_E_DATA,
                    "%s: which column holds the %ss? Say it with --%s-column NAME; the first row, "
                    "which must be the header, has %s",
                    path, kind, kind, header);
}

afina_status cli_table_columns(const cli_table *table, const char *path, const char *text_name,
                               const char *label_name, size_t *text, size_t *label,
                               afina_error *error) {
  const size_t given = text_name ? cli_table_find(table, text_name) : SIZE_MAX;
  const size_t l =
      label_name ? cli_table_find(table, label_name) : guess(table, label_names, given);
  const size_t t = text_name ? given : guess(table, text_names, l);
  if (t == SIZE_MAX) return missing(table, path, text_name, "text", error);
  if (label && l == SIZE_MAX) return missing(table, path, label_name, "label", error);
  if (label && l == t)
    return afina_fail(error, AFINA_E_DATA, "%s: '%s' cannot hold both the texts and the labels",
                      path, text_name);
  *text = t;
  if (label) *label = l;
  return AFINA_OK;
}
