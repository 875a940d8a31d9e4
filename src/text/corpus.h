/* Texts of many documents, and the tokens of such a text. */
#ifndef AFINA_CORPUS_H
#define AFINA_CORPUS_H

#include "tokenizer.h"

/* What ends a document. The line itself belongs to none. Lines end with LF or CR LF.
 */
typedef enum afina_documents {
  AFINA_DOCUMENTS_MARKED,     /* a line that holds only <|endoftext|> */
  AFINA_DOCUMENTS_PARAGRAPHS, /* such a line, or one of white space alone */
  AFINA_DOCUMENTS_WHOLE       /* the text's end */
} afina_documents;

typedef afina_status afina_document(void *context, const char *text, size_t size,
                                    afina_error *error);

/* Calls `each` with every document that is not empty, without the line breaks at its end. */
afina_status afina_each_document(const void *text, size_t size, afina_documents documents,
                                 afina_document *each, void *context, afina_error *error);

/* Appends the tokens of every document, and the end-of-text token behind each. */
afina_status afina_encode_documents(afina_tokenizer *tokenizer, const void *text, size_t size,
                                    afina_documents documents, afina_tokens *out,
                                    afina_error *error);

#endif
