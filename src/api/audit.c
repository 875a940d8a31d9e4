/* What to look at again in the user's data. */
#include "afina.h"
#include "duplicates.h"
#include "model.h"

/* A page and a file take no more; the counts are always of all. */
enum { MOST_GROUPS = 1000 };

afina_status afina_near_duplicates(const afina_dataset *data, afina_bytes *json,
                                   afina_error *error) {
  afina_duplicates found;
  cJSON *object = NULL;
  AFINA_TRY(afina_duplicates_find(&found, data, error));
  afina_status status = afina_duplicates_json(&object, &found, data, MOST_GROUPS, error);
  afina_duplicates_free(&found);
  if (status == AFINA_OK) status = afina_json_print(object, true, json, error);
  cJSON_Delete(object);
  return status;
}
