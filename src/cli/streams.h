/* Text files as the token streams that pretraining draws from: a line that holds only
 * <|endoftext|> stands between two documents (corpus.h). */
#ifndef CLI_STREAMS_H
#define CLI_STREAMS_H

#include "pretrain.h"
#include "tokenizer.h"

/* "path@number": cuts the number off and returns it; 1 where there is none. An @ before anything
 * but a positive number belongs to the path. */
double cli_cut_weight(char *path);

/* `word` is "path" or "path@factor": the stream is drawn in proportion to its tokens times the
 * factor. An end-of-text token stands behind every document; the last `held_out` (a share) of the
 * tokens are not trained on. Says on standard error what the file holds. */
afina_status cli_stream_open(afina_stream *stream, const char *word, afina_tokenizer *tokenizer,
                             double held_out, afina_error *error);
void cli_stream_close(afina_stream *stream);

#endif
