// The glossary's terms of fine-tuning, of measuring and of instruction tuning (chapters 6 and 7).

export const words = {
  en: {
    'term.fine-tuning': { name: 'Fine-tuning', forms: 'fine-tune; fine-tuned',
      says: 'A second, short training of a model that already knows the language, on few ' +
        'examples of the task at hand. Most of what it needs is there; it only has to adapt.' },
    'term.classifier': { name: 'Classifier', forms: 'classification',
      says: 'A model that reads a text and says which of a few classes it belongs to, with a ' +
        'probability for each.' },
    'term.class': { name: 'Class',
      says: 'One of the answers that a classifier can give, such as “praise” or “complaint”.' },
    'term.label': { name: 'Label', forms: 'labeled',
      says: 'The class that a person gave to an example. The model learns from labels, so their ' +
        'mistakes are learned too.' },
    'term.head': { name: 'Classification head', also: 'head; classification layer',
      says: 'The layer on top of a GPT that turns one vector into a logit for each class. It is ' +
        'new and begins with random numbers, so it always has to learn.' },
    'term.readout': { name: 'Readout',
      says: 'From which of the final vectors the answer is read: that of the last token, which ' +
        'has seen all the others, or the mean of all.' },
    'term.freeze': { name: 'Freeze', forms: 'frozen; freezing',
      says: 'To leave weights as they are while others learn. It is faster, takes less memory, ' +
        'and keeps what pretraining taught; too much of it leaves no room to adapt.' },
    'term.unfreeze': { name: 'Unfreeze', forms: 'unfrozen; unfreezing',
      says: 'To let weights learn again that were frozen.' },
    'term.gradual-unfreezing': { name: 'Gradual unfreezing',
      says: 'The head learns first; then, epoch after epoch, one more block from the top joins ' +
        'in. The lower ones, which know most about the language, are disturbed least.' },
    'term.baseline': { name: 'Baseline',
      says: 'The result of something very simple, such as always answering the most frequent ' +
        'class. A model that does not beat it has learned nothing of use.' },
    'term.ngrams': { name: 'N-grams', also: 'word counts', forms: 'n-gram',
      says: 'Runs of n words or letters that stand side by side, counted. They know nothing of ' +
        'meaning, and yet often give a class away.' },
    'term.confusion-matrix': { name: 'Confusion matrix',
      says: 'A table of what was true (rows) against what the model said (columns). On the ' +
        'diagonal it was right; every other cell is one kind of mistake.' },
    'term.accuracy': { name: 'Accuracy',
      says: 'The share of all texts that were classified right. Where one class is far more ' +
        'frequent than the others, it flatters.' },
    'term.precision': { name: 'Precision',
      says: 'Of the texts that the model gave to a class, the share that belongs there. Low: ' +
        'many false alarms.' },
    'term.recall': { name: 'Recall', also: 'sensitivity',
      says: 'Of the texts that belong to a class, the share that the model found. Low: many are ' +
        'missed.' },
    'term.f1': { name: 'F1', also: 'F1 score',
      says: 'One number for precision and recall: their harmonic mean, which is high only when ' +
        'both are.' },
    'term.macro-average': { name: 'Macro average', also: 'macro-F1; macro F1',
      says: 'The mean over the classes, each counting the same. So a small class is not lost ' +
        'among the large ones.' },
    'term.weighted-f1': { name: 'Weighted F1', also: 'weighted average',
      says: 'The mean of the classes’ F1 in which each counts by how many texts it has.' },
    'term.log-loss': { name: 'Log-loss', also: 'log loss',
      says: 'The cross-entropy of a classifier’s answers on the test: being sure and wrong ' +
        'costs the most.' },
    'term.threshold': { name: 'Threshold',
      says: 'The probability from which an answer counts. Raise it, and what is said is more ' +
        'often right, while less is said.' },
    'term.calibration': { name: 'Calibration', also: 'calibration error; ECE', forms: 'calibrated',
      says: 'Whether probabilities mean what they say: of the answers given with 80%, about 80% ' +
        'should be right. The calibration error (ECE) is how far off they are.' },
    'term.instruction-tuning': { name: 'Instruction tuning', forms: 'instruction-tuned',
      says: 'Fine-tuning on pairs of an instruction and a good response, so that a model that ' +
        'only went on writing begins to answer.' },
    'term.sft': { name: 'Supervised fine-tuning', also: 'SFT',
      says: 'Fine-tuning in which every example comes with the answer that is wanted, written ' +
        'or chosen by people.' },
    'term.base-model': { name: 'Base model',
      says: 'A model as it comes from pretraining: it continues texts. Asked a question, it may ' +
        'well go on with more questions.' },
    'term.template': { name: 'Template',
      says: 'The fixed words that join instruction, input and response into one text, always ' +
        'the same. In use, the same template must be used as in training.' },
    'term.mask': { name: 'Loss mask', also: 'mask', forms: 'masked; masking',
      says: 'What says which tokens’ loss counts. In instruction tuning only the response’s ' +
        'does: the instruction is read, but the model is not trained to write it.' },
    'term.response-perplexity': { name: 'Response perplexity',
      says: 'The perplexity over the response’s tokens alone. It says how natural the expected ' +
        'answer is to the model, not whether its own would be right.' },
    'term.exact-match': { name: 'Exact match',
      says: 'The share of answers that are the expected one word for word. Plain and strict: a ' +
        'good answer in other words counts as wrong.' },
    'term.token-f1': { name: 'Token F1',
      says: 'How many words the answer shares with the expected one, as the F1 of both. It ' +
        'forgives another order, and does not notice a missing “not”.' },
    'term.adapter': { name: 'Adapter',
      says: 'A small addition that learns in place of the model’s own weights, which stay ' +
        'frozen. LoRA, prefix tuning and prompt tuning are of this kind.' },
    'term.lora': { name: 'LoRA', also: 'low-rank adaptation',
      says: 'An adapter: to each matrix, the product of two thin ones is added, and only those ' +
        'learn. Their width is called the rank. In the end they can be added in, and the model ' +
        'is as fast as before.' },
    'term.prefix-tuning': { name: 'Prefix tuning', also: 'prefix',
      says: 'An adapter: in every block, attention also looks at a few vectors that are ' +
        'learned, while the model stays as it is.' },
    'term.prompt-tuning': { name: 'Prompt tuning', also: 'soft prompt',
      says: 'An adapter: before the text’s tokens come a few learned vectors, as if they were ' +
        'words that nobody wrote.' },
    'term.delta': { name: 'Delta',
      says: 'What differs between a tuned model and the one it began from. With LoRA it is ' +
        'small enough to be sent by mail, and works on top of the same base.' },
    'term.quantization': { name: 'Quantization', forms: 'quantized',
      says: 'Storing weights with fewer bits, such as whole numbers from −127 to 127 and a ' +
        'scale. The file becomes a fraction of its size, and little is lost.' },
  },
  'pt-BR': {
    'term.fine-tuning': { name: 'Fine-tuning', also: 'ajuste fino',
      says: 'Um segundo treino, curto, de um modelo que já sabe a língua, com poucos exemplos da ' +
        'tarefa desejada. O principal já está lá; ele só precisa se adaptar.' },
    'term.classifier': { name: 'Classificador', forms: 'classificação',
      says: 'Um modelo que lê um texto e diz a qual de algumas classes ele pertence, com uma ' +
        'probabilidade para cada uma.' },
    'term.class': { name: 'Classe',
      says: 'Uma das respostas que um classificador pode dar, como “elogio” ou “reclamação”.' },
    'term.label': { name: 'Rótulo', also: 'label', forms: 'rotulado; rotulada',
      says: 'A classe que uma pessoa deu a um exemplo. O modelo aprende com os rótulos, e ' +
        'portanto aprende também os erros deles.' },
    'term.head': { name: 'Cabeça de classificação', also: 'head; camada de classificação',
      forms: 'cabeça',
      says: 'A camada em cima do GPT que transforma um vetor em um logit para cada classe. Ela é ' +
        'nova e começa com números ao acaso; por isso sempre precisa aprender.' },
    'term.readout': { name: 'Readout', also: 'leitura da resposta',
      says: 'De qual dos vetores finais se lê a resposta: o do último token, que já viu todos os ' +
        'outros, ou a média de todos.' },
    'term.freeze': { name: 'Congelar',
      also: 'congelamento; freeze', forms: 'congelado; congelada',
      says: 'Deixar pesos como estão enquanto outros aprendem. É mais rápido, ocupa menos ' +
        'memória e conserva o que o pré-treinamento ensinou; em excesso, não sobra espaço para ' +
        'se adaptar.' },
    'term.unfreeze': { name: 'Descongelar',
      also: 'descongelamento; unfreeze', forms: 'descongelado; descongelada',
      says: 'Deixar que pesos congelados voltem a aprender.' },
    'term.gradual-unfreezing': { name: 'Descongelamento gradual', also: 'gradual unfreezing',
      says: 'Primeiro aprende só a cabeça; depois, época após época, entra mais um bloco, de ' +
        'cima para baixo. Os de baixo, que mais sabem da língua, são os menos perturbados.' },
    'term.baseline': { name: 'Linha de base', also: 'baseline',
      says: 'O resultado de algo bem simples, como responder sempre a classe mais frequente. Um ' +
        'modelo que não passa dela não aprendeu nada de útil.' },
    'term.ngrams': { name: 'N-gramas', also: 'contagem de palavras', forms: 'n-grama',
      says: 'Sequências de n palavras ou letras vizinhas, contadas. Elas nada sabem do sentido ' +
        'e, mesmo assim, muitas vezes entregam a classe.' },
    'term.confusion-matrix': { name: 'Matriz de confusão', also: 'confusion matrix',
      says: 'Uma tabela do que era verdade (linhas) contra o que o modelo disse (colunas). Na ' +
        'diagonal ele acertou; cada outra célula é um tipo de erro.' },
    'term.accuracy': { name: 'Acurácia', also: 'accuracy',
      says: 'A parte dos textos classificada corretamente. Quando uma classe é muito mais ' +
        'frequente que as outras, ela engana.' },
    'term.precision': { name: 'Precisão', also: 'precision',
      says: 'Dos textos que o modelo pôs em uma classe, a parte que é mesmo dela. Baixa: muitos ' +
        'alarmes falsos.' },
    'term.recall': { name: 'Revocação', also: 'recall; sensibilidade',
      says: 'Dos textos que são de uma classe, a parte que o modelo encontrou. Baixa: muitos ' +
        'passam despercebidos.' },
    'term.f1': { name: 'F1', also: 'F1-score; medida F1',
      says: 'Um só número para precisão e revocação: a média harmônica das duas, que só é alta ' +
        'quando ambas são.' },
    'term.macro-average': { name: 'Média macro', also: 'macro-F1; F1 macro',
      says: 'A média entre as classes, em que todas contam igual. Assim, uma classe pequena não ' +
        'some no meio das grandes.' },
    'term.weighted-f1': { name: 'F1 ponderado', also: 'F1 ponderada; média ponderada',
      says: 'A média do F1 das classes em que cada uma conta conforme o número de textos que ' +
        'tem.' },
    'term.log-loss': { name: 'Log-loss', also: 'log loss; perda logarítmica',
      says: 'A entropia cruzada das respostas de um classificador no teste: ter certeza e errar ' +
        'é o que mais custa.' },
    'term.threshold': { name: 'Limiar', also: 'threshold',
      says: 'A probabilidade a partir da qual uma resposta vale. Ao subir o limiar, o que se diz ' +
        'está certo mais vezes, mas diz-se menos.' },
    'term.calibration': { name: 'Calibração', also: 'erro de calibração; ECE', forms: 'calibrado',
      says: 'Se as probabilidades querem dizer o que dizem: das respostas dadas com 80%, cerca ' +
        'de 80% deveriam estar certas. O erro de calibração (ECE) mede quanto falta.' },
    'term.instruction-tuning': { name: 'Instruction tuning',
      also: 'ajuste por instruções; ajuste de instruções',
      says: 'Fine-tuning com pares de instrução e boa resposta, para que um modelo que só ' +
        'continuava textos comece a responder.' },
    'term.sft': { name: 'Fine-tuning supervisionado',
      also: 'ajuste fino supervisionado; SFT; supervised fine-tuning',
      says: 'Fine-tuning em que cada exemplo traz a resposta desejada, escrita ou escolhida por ' +
        'pessoas.' },
    'term.base-model': { name: 'Modelo base', forms: 'modelos base',
      says: 'O modelo como sai do pré-treinamento: ele continua textos. Diante de uma pergunta, ' +
        'pode muito bem seguir com mais perguntas.' },
    'term.template': { name: 'Template', also: 'formato do prompt',
      says: 'As palavras fixas que juntam instrução, entrada e resposta em um texto só, sempre ' +
        'do mesmo jeito. No uso, o template precisa ser o mesmo do treino.' },
    'term.mask': { name: 'Máscara da perda', also: 'máscara; mascaramento',
      forms: 'mascarado; mascarada',
      says: 'O que diz de quais tokens a perda conta. No instruction tuning, só a dos tokens da ' +
        'resposta: a instrução é lida, mas o modelo não treina para escrevê-la.' },
    'term.response-perplexity': { name: 'Perplexidade da resposta',
      says: 'A perplexidade contada só nos tokens da resposta. Diz o quanto a resposta esperada ' +
        'é natural para o modelo, e não se a dele estaria certa.' },
    'term.exact-match': { name: 'Acerto exato', also: 'exact match; correspondência exata',
      says: 'A parte das respostas que são idênticas à esperada, palavra por palavra. Simples e ' +
        'rigoroso: uma boa resposta com outras palavras conta como errada.' },
    'term.token-f1': { name: 'F1 de tokens', also: 'token F1; F1 por tokens',
      says: 'Quantas palavras a resposta tem em comum com a esperada, como o F1 das duas. Perdoa ' +
        'outra ordem e não percebe a falta de um “não”.' },
    'term.adapter': { name: 'Adaptador', also: 'adapter',
      says: 'Um pequeno acréscimo que aprende no lugar dos pesos do modelo, que ficam ' +
        'congelados. LoRA, prefix tuning e prompt tuning são desse tipo.' },
    'term.lora': { name: 'LoRA', also: 'adaptação de posto baixo; low-rank adaptation',
      says: 'Um adaptador: a cada matriz se soma o produto de duas bem finas, e só elas ' +
        'aprendem. A largura delas se chama posto. No fim elas podem ser somadas de vez, e o ' +
        'modelo fica tão rápido quanto antes.' },
    'term.prefix-tuning': { name: 'Prefix tuning', also: 'prefixo; ajuste de prefixo',
      says: 'Um adaptador: em cada bloco, a atenção olha também para alguns vetores aprendidos, ' +
        'e o modelo fica como está.' },
    'term.prompt-tuning': { name: 'Prompt tuning', also: 'soft prompt; ajuste de prompt',
      says: 'Um adaptador: antes dos tokens do texto vêm alguns vetores aprendidos, como se ' +
        'fossem palavras que ninguém escreveu.' },
    'term.delta': { name: 'Delta',
      says: 'O que muda entre um modelo ajustado e aquele de onde ele partiu. Com LoRA, é tão ' +
        'pequeno que cabe em um e-mail, e funciona em cima da mesma base.' },
    'term.quantization': { name: 'Quantização', also: 'quantization', forms: 'quantizado',
      says: 'Guardar os pesos com menos bits, como números inteiros de −127 a 127 e uma escala. ' +
        'O arquivo fica uma fração do tamanho, e pouco se perde.' },
  },
};
