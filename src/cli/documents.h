/* Text files of many documents: a line that holds only <|endoftext|> stands between two of them. */
#ifndef AFINA_CLI_DOCUMENTS_H
#define AFINA_CLI_DOCUMENTS_H

#include "cli.h"

typedef afina_status cli_document(void *context, const char *text, size_t size, afina_error *error);

/* "path@number": cuts the number off and returns it; 1 where there is none. An @ before anything
 * but a positive number belongs to the path. */
double cli_cut_weight(char *path);

/* Calls `each` with every document that is not empty, without the line breaks at its end. */
afina_status cli_each_document(const void *data, size_t size, cli_document *each, void *context,
                               afina_error *error);

#endif
