/* How a run trains what its strategy lets train: the options beside rate, epochs and batch. */
#ifndef AFINA_RECIPE_H
#define AFINA_RECIPE_H

#include <stdbool.h>

#include "json.h"
#include "status.h"

typedef struct afina_recipe {
  /* For classes of uneven size, at most one of the two; the n-grams' part counts texts by their
   * class with either. */
  bool weighs;            /* each text's loss counts by its class: balance.h, nn.h */
  bool draws;             /* each epoch draws as many texts of every class: balance.h */
  double label_smoothing; /* 0 .. 0.9: afina_entropy_rule */
  double dropout;         /* 0 .. 0.9: afina_gpt_dropout, in what trains */
  double layer_decay;     /* the rate of the top block, as a factor of the head's, of each block
                             below as one of the block's above, and at last of the embeddings */
  size_t gradual_epochs;  /* strategy gradual: epochs between two openings; 0: the default */
  bool lbfgs;             /* strategy head: an epoch looks at all texts, and then moves (lbfgs.h) */
  double ridge;           /* there: beside the mean loss stands ridge |weights|^2 / 2 */
} afina_recipe;

/* Neither weights nor draws nor smoothing; one rate for all. */
void afina_recipe_defaults(afina_recipe *recipe);
/* Reads {"class_weights":"none"|"balanced","sampling":"shuffle"|"balanced","label_smoothing",
 * "dropout","layer_decay","gradual_epochs","optimizer":"adamw"|"lbfgs","ridge"}; what is absent or
 * null stays as it is. AFINA_E_ARGUMENT for both balanced, too. */
afina_status afina_recipe_parse(afina_recipe *recipe, const cJSON *json, afina_error *error);
/* Whether an option of that name is one of these. */
bool afina_recipe_knows(const char *name);
/* Adds the same members, all of them; false without memory. */
bool afina_recipe_print(const afina_recipe *recipe, cJSON *json);

#endif
