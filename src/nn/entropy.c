/* Cross-entropy with class weights and label smoothing. */
#include "nn.h"

static afina_real weight_of(const afina_entropy_rule *rule, size_t k) {
  return rule->weights ? rule->weights[k] : 1;
}

/* What each class shares of the smoothed part. */
static afina_real even_share(const afina_entropy_rule *rule, size_t V) {
  return rule->smoothing / (afina_real)V;
}

void afina_entropy_forward(const afina_entropy_rule *rule, afina_real *losses, afina_real *logits,
                           const uint32_t *targets, size_t N, size_t V) {
  const afina_real even = even_share(rule, V);
  for (size_t n = 0; n < N; n++) {
    afina_real *row = logits + n * V;
    const size_t label = targets[n];
    afina_real max = row[0], sum = 0, smoothed = 0;
    for (size_t k = 1; k < V; k++) max = row[k] > max ? row[k] : max;
    for (size_t k = 0; k < V; k++) sum += afina_exp(row[k] - max);
    const afina_real log_sum = max + afina_log(sum), right = log_sum - row[label];
    for (size_t k = 0; k < V; k++) smoothed += weight_of(rule, k) * (log_sum - row[k]);
    losses[n] = (1 - rule->smoothing) * weight_of(rule, label) * right + even * smoothed;
    for (size_t k = 0; k < V; k++) row[k] = afina_exp(row[k] - max) / sum;
  }
}

/* d loss / d logit k = p[k] ((1 - smoothing) w[y] + smoothing / V sum w)
 *                      - (1 - smoothing) w[y] [k = y] - smoothing / V w[k]. */
void afina_entropy_backward(const afina_entropy_rule *rule, afina_real *probabilities,
                            const uint32_t *targets, afina_real scale, size_t N, size_t V) {
  const afina_real even = even_share(rule, V);
  afina_real all = 0;
  for (size_t k = 0; k < V; k++) all += weight_of(rule, k);
  for (size_t n = 0; n < N; n++) {
    afina_real *row = probabilities + n * V;
    const afina_real own = (1 - rule->smoothing) * weight_of(rule, targets[n]);
    for (size_t k = 0; k < V; k++) row[k] = row[k] * (own + even * all) - even * weight_of(rule, k);
    row[targets[n]] -= own;
    for (size_t k = 0; k < V; k++) row[k] *= scale;
  }
}
