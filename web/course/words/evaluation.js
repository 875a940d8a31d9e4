// The words of chapter 7's evaluation of answers.

const ID = '7-05-avaliacao-respostas';

const en = {
  'title': 'Are the answers better?',
  'about': 'Base and tuned model answer rows that neither has trained on. You judge without ' +
    'knowing whose answer is whose; numbers are computed beside, each with what it misses.',
  'task': 'Judge three pairs of answers, then look at the numbers.',
  'stage.question': 'Question',
  'stage.blind': 'Blind test',
  'stage.tally': 'Your tally',
  'stage.metrics': 'Numbers',
  'judging': 'Your judgment',
  'choice.a': 'A',
  'choice.tie': 'equal',
  'choice.b': 'B',
  'criterion.follows': 'Follows the instruction',
  'criterion.right': 'Is right',
  'criterion.clear': 'Is well written',
  'about.follows': 'Does it do what was asked, in the form that was asked for?',
  'about.right': 'Is what it says true, and does it fit the input?',
  'about.clear': 'Can it be read with ease, without loops and loose ends?',
  'reveal': 'Reveal',
  'nextPair': 'Next pair',
  'clear': 'Judge anew',
  'heldRow': 'Held-out row {row} ({at} of {rows})',
  'instruction': 'instruction',
  'input': 'input',
  'expected': 'the response in the file',
  'answerOf': 'Answer {letter}',
  'isOf': 'Answer {letter}: {model}',
  'base': 'base model',
  'tuned': 'tuned model',
  'nothing': '(it ended the text without a word)',
  'judged': { one: '{count} pair judged, of {of} held-out rows',
    other: '{count} pairs judged, of {of} held-out rows' },
  'short.base': 'base',
  'short.tie': 'equal',
  'short.tuned': 'tuned',
  'metric.exact': 'Exact match',
  'metric.f1': 'Token F1',
  'metric.perplexity': 'Response perplexity',
  'misses': 'what it misses',
  'misses.exact': 'A right answer in other words counts as wrong.',
  'misses.f1': 'It counts shared words: “it is not hot” and “it is hot” are nearly equal to it.',
  'misses.perplexity': 'It asks how probable the file’s response was, and never reads what the ' +
    'model itself writes.',
  'rowHead': 'row',
  'f1Of.base': 'F1, base',
  'f1Of.tuned': 'F1, tuned',
  'yours': 'right, to you',
  'says.question': 'An answer can be good in more than one way. Three criteria, each judged by ' +
    'itself, on a row that neither model has trained on.',
  'says.blind': 'Which is better, A or B? The order was drawn at random, so that you cannot ' +
    'favor the one you hope for.',
  'says.tally': 'What you have judged so far, kept in this browser. With few pairs, chance ' +
    'weighs much.',
  'saysTuning': 'There is no tuned model for these rows yet. Tuning: update {done} of {all}.',
  'saysRevealed': 'A is the {a}, B the {b}. Your judgment has been counted.',
  'saysMetrics': '{done} of {all} held-out rows scored. Where your judgment and F1 disagree, ' +
    'yours stands out.',
};

const ptBR = {
  'title': 'As respostas melhoraram?',
  'about': 'O modelo base e o ajustado respondem a linhas com que nenhum treinou. Você julga ' +
    'sem saber de quem é cada resposta; ao lado há números, cada um com o que não enxerga.',
  'task': 'Julgue três pares de respostas e depois veja os números.',
  'stage.question': 'Pergunta',
  'stage.blind': 'Teste cego',
  'stage.tally': 'Seu placar',
  'stage.metrics': 'Números',
  'judging': 'Seu julgamento',
  'choice.a': 'A',
  'choice.tie': 'iguais',
  'choice.b': 'B',
  'criterion.follows': 'Segue a instrução',
  'criterion.right': 'Está certa',
  'criterion.clear': 'Está bem escrita',
  'about.follows': 'Faz o que foi pedido, na forma em que foi pedido?',
  'about.right': 'O que diz é verdade e combina com a entrada?',
  'about.clear': 'Dá para ler com facilidade, sem repetições nem pontas soltas?',
  'reveal': 'Revelar',
  'nextPair': 'Próximo par',
  'clear': 'Julgar de novo',
  'heldRow': 'Linha reservada {row} ({at} de {rows})',
  'instruction': 'instrução',
  'input': 'entrada',
  'expected': 'a resposta do arquivo',
  'answerOf': 'Resposta {letter}',
  'isOf': 'Resposta {letter}: {model}',
  'base': 'modelo base',
  'tuned': 'modelo ajustado',
  'nothing': '(terminou o texto sem dizer nada)',
  'judged': { one: '{count} par julgado, de {of} linhas reservadas',
    other: '{count} pares julgados, de {of} linhas reservadas' },
  'short.base': 'base',
  'short.tie': 'iguais',
  'short.tuned': 'ajustado',
  'metric.exact': 'Igualdade exata',
  'metric.f1': 'F1 de tokens',
  'metric.perplexity': 'Perplexidade da resposta',
  'misses': 'o que não enxerga',
  'misses.exact': 'Uma resposta certa com outras palavras conta como errada.',
  'misses.f1': 'Conta palavras em comum: “não é quente” e “é quente” são quase iguais para ela.',
  'misses.perplexity': 'Mede quão provável era a resposta do arquivo e nunca lê o que o ' +
    'próprio modelo escreve.',
  'rowHead': 'linha',
  'f1Of.base': 'F1, base',
  'f1Of.tuned': 'F1, ajust.',
  'yours': 'certa, para você',
  'says.question': 'Uma resposta pode ser boa de mais de um jeito. São três critérios, cada um ' +
    'julgado por si, numa linha com que nenhum dos modelos treinou.',
  'says.blind': 'Qual é melhor, A ou B? A ordem foi sorteada, para que você não favoreça a que ' +
    'espera que ganhe.',
  'says.tally': 'O que você julgou até agora, guardado neste navegador. Com poucos pares, o ' +
    'acaso pesa muito.',
  'saysTuning': 'Ainda não há modelo ajustado para estas linhas. Ajustando: atualização {done} ' +
    'de {all}.',
  'saysRevealed': 'A é o {a}, B é o {b}. Seu julgamento foi contado.',
  'saysMetrics': '{done} de {all} linhas reservadas avaliadas. Onde o seu julgamento e a F1 ' +
    'discordam, o seu aparece em destaque.',
};

const under = (words) => Object.fromEntries(
  Object.entries(words).map(([key, text]) => [`${ID}.${key}`, text]));

export const words = { en: under(en), 'pt-BR': under(ptBR) };
