// The glossary's own words, and its terms of texts, models, learning and generation (chapter 5). A
// term has a name, maybe other names, maybe forms of them by which texts have it too (a plural in
// -s or -es goes without saying), and what it is. The terms of tuning are in glossary-tuning.js.

export const words = {
  en: {
    'glossary.title': 'Glossary',
    'glossary.about': 'The terms of the course in plain words. Wherever one of them is ' +
      'underlined with dots, it opens here.',
    'glossary.search': 'Look for a term',
    'glossary.found': {
      one: '{count} term', other: '{count} terms' },
    'glossary.none': 'No term has these words.',
    'glossary.also': 'Also: {names}',
    'glossary.seen': 'See it happen:',
    'glossary.course': 'in the course',
    'glossary.close': 'Close',
    'glossary.whole': 'The whole glossary',
    'term.token': { name: 'Token',
      says: 'The piece of text that a model reads and writes at once: a word, a part of one, a ' +
        'comma. A rare word is cut into several tokens, a common one is a token by itself.' },
    'term.tokenizer': { name: 'Tokenizer', also: 'tokenization',
      says: 'What cuts a text into tokens and gives each its number, and back. It is learned ' +
        'from texts before the model is, and a model works only with its own.' },
    'term.bpe': { name: 'BPE', also: 'byte pair encoding; byte-pair encoding',
      says: 'How many tokenizers are learned: begin with single bytes, find the pair of ' +
        'neighbours that is most frequent, make it one token, and again, until the vocabulary ' +
        'is full.' },
    'term.vocabulary': { name: 'Vocabulary',
      says: 'All tokens that a model knows. At each place it gives every one of them a ' +
        'probability.' },
    'term.embedding': { name: 'Embedding',
      says: 'The list of numbers that stands for a token inside the model. It is learned: ' +
        'tokens that are used alike end up with similar numbers.' },
    'term.vector': { name: 'Vector',
      says: 'A list of numbers. Inside the model each token is a vector, and every block ' +
        'changes it a little, until it holds what is needed to answer.' },
    'term.tensor': { name: 'Tensor',
      says: 'A table of numbers with one or more directions: a vector has one, a matrix two. A ' +
        'model’s weights and all that it computes are tensors; their shape says how many ' +
        'numbers go in each direction.' },
    'term.language-model': { name: 'Language model', also: 'LLM',
      says: 'A program that gives each possible next token a probability. Whatever else it ' +
        'seems to do, answering or translating, comes from doing that again and again.' },
    'term.gpt': { name: 'GPT', also: 'transformer',
      says: 'A kind of language model: a stack of equal blocks, in which each token looks at ' +
        'those before it, and never at those after. The models of this page are small GPTs.' },
    'term.parameters': { name: 'Parameters', also: 'weights', forms: 'parameter; weight',
      says: 'The numbers inside the model that training changes, also called weights. Which ' +
        'numbers they are is all that a model has learned.' },
    'term.layer': { name: 'Layer',
      says: 'One stage of the computation: what comes in is multiplied, added, passed on. ' +
        'Several layers make a block.' },
    'term.block': { name: 'Block', also: 'transformer block',
      says: 'The part of a GPT that is repeated: attention, where tokens look at each other, ' +
        'and an MLP, where each is worked on by itself. The first blocks see words, the last ' +
        'ones what the text is about.' },
    'term.attention': { name: 'Attention', also: 'self-attention',
      says: 'How a token gathers what it needs from the ones before it: it compares itself with ' +
        'each, and takes more from those that matter more to it.' },
    'term.mlp': { name: 'MLP', also: 'multilayer perceptron; feed-forward network',
      says: 'The part of a block that works on each token’s vector by itself: it is made wider, ' +
        'passed through a curve, and made narrow again.' },
    'term.context': { name: 'Context window', also: 'context length',
      says: 'How many tokens the model can look at together. What is further back does not ' +
        'exist for it.' },
    'term.logits': { name: 'Logits', forms: 'logit',
      says: 'The model’s raw marks, one a candidate: any numbers, the higher the likelier. ' +
        'Softmax makes them into probabilities.' },
    'term.softmax': { name: 'Softmax',
      says: 'The formula that turns logits into probabilities: all become positive and together ' +
        'they make 100%. The largest gains the most.' },
    'term.probability': { name: 'Probability', also: 'probability distribution',
      forms: 'probabilities',
      says: 'How likely the model holds something to be, from 0 to 100%. The probabilities of ' +
        'all candidates together make 100%.' },
    'term.cross-entropy': { name: 'Cross-entropy',
      says: 'The loss of a language model: minus the logarithm of the probability that it gave ' +
        'to what really came. Certain and right: 0. The less expected, the higher.' },
    'term.loss': { name: 'Loss', also: 'loss function',
      says: 'One number for how wrong the model was. To train is to change the weights so that ' +
        'it falls.' },
    'term.perplexity': { name: 'Perplexity',
      says: 'Among how many equally likely tokens the model hesitates, on average: the ' +
        'exponential of the mean loss. 1 would be always certain and right.' },
    'term.bits-per-byte': { name: 'Bits per byte',
      says: 'The loss shared out over the bytes of the text instead of its tokens. So models ' +
        'with different tokenizers can be compared; the lower, the better.' },
    'term.pretraining': { name: 'Pretraining', also: 'pre-training',
      forms: 'pretrain; pretrained; pre-trained',
      says: 'The first and longest training: the model reads a great deal of plain text, ' +
        'guesses every next token, and so learns the language. Nobody labels anything.' },
    'term.forward': { name: 'Forward pass', also: 'forward',
      says: 'The computation from the tokens to the probabilities, from the first block to the ' +
        'last.' },
    'term.backpropagation': { name: 'Backpropagation',
      also: 'backprop; backward pass; backward',
      says: 'The way back: from the loss, block by block, it is worked out how much each weight ' +
        'had to do with the mistake. It gives the gradients.' },
    'term.gradient': { name: 'Gradient',
      says: 'For each weight, which way and how much the loss changes when the weight does. ' +
        'Training goes the opposite way, in small steps.' },
    'term.optimizer': { name: 'Optimizer',
      says: 'The rule that turns gradients into new weights: how far each one goes, and how ' +
        'much of the earlier steps is remembered.' },
    'term.adamw': { name: 'AdamW', also: 'Adam',
      says: 'The most used optimizer: for each weight it keeps a running mean of the gradient ' +
        'and of its square, so that each gets a step of its own size. The W is for pulling all ' +
        'weights a little toward zero.' },
    'term.learning-rate': { name: 'Learning rate',
      says: 'The size of each step that the weights take. Too large, and the loss jumps about; ' +
        'too small, and it hardly moves.' },
    'term.batch': { name: 'Batch', also: 'mini-batch',
      says: 'The examples that are looked at together before the weights change once.' },
    'term.step': { name: 'Training step', also: 'weight update',
      says: 'One batch seen, one change of the weights: forward, loss, backward, update.' },
    'term.epoch': { name: 'Epoch',
      says: 'One pass through all the training examples. Several are usual when examples are ' +
        'few.' },
    'term.held-out': { name: 'Held-out data',
      also: 'validation data',
      forms: 'held-out; held out; validation; validation loss',
      says: 'Examples that are kept aside and never learned from. How the model does on them ' +
        'shows whether it learned something general, and when to stop.' },
    'term.test-set': { name: 'Test set', also: 'test data',
      says: 'Examples that are looked at once, when all choices have been made. Only then do ' +
        'the numbers say what to expect of new texts.' },
    'term.overfitting': { name: 'Overfitting', forms: 'overfit',
      says: 'Learning the examples by heart instead of what they have in common: the training ' +
        'loss keeps falling, the one on held-out data rises.' },
    'term.seed': { name: 'Seed', also: 'random seed',
      says: 'The number from which all chance is drawn. The same seed, data and options give ' +
        'exactly the same result, so an experiment can be repeated.' },
    'term.checkpoint': { name: 'Checkpoint',
      says: 'A saved moment of training: the weights, and what the optimizer remembers, the ' +
        'state of chance and the place in the data. With all of these it goes on as if it had ' +
        'never stopped.' },
    'term.decoding': { name: 'Decoding', forms: 'decoding strategy; decoding strategies',
      says: 'How the next token is picked from the model’s probabilities: the likeliest, or ' +
        'drawn by lot, with or without a cut.' },
    'term.sampling': { name: 'Sampling',
      says: 'Drawing the next token by lot: a token with 20% comes one time in five. The same ' +
        'prompt then gives different texts.' },
    'term.greedy': { name: 'Greedy decoding', forms: 'greedy',
      says: 'Always taking the likeliest token. It gives the same text each time, and often ' +
        'goes round in circles.' },
    'term.temperature': { name: 'Temperature',
      says: 'What the logits are divided by before softmax. Below 1 the likely become likelier ' +
        'and the text safer; above 1 the unlikely get their chance.' },
    'term.top-k': { name: 'Top-k',
      says: 'Only the k likeliest tokens stay in the draw, always the same number of them.' },
    'term.top-p': { name: 'Top-p', also: 'nucleus sampling',
      says: 'Only the likeliest tokens that together reach the share p stay in the draw: few ' +
        'where the model is certain, many where it hesitates.' },
    'term.prompt': { name: 'Prompt',
      says: 'The text that is given to the model, and that it goes on from.' },
    'term.end-of-text': { name: 'End-of-text token', forms: 'end-of-text',
      says: 'A special token that stands between texts. After it a new text begins; a model ' +
        'that writes it has finished.' },
    'term.kv-cache': { name: 'KV cache', also: 'key/value cache',
      says: 'While it writes, a model keeps what attention worked out for the earlier tokens ' +
        '(their keys and values), so that each new token costs one token’s work instead of the ' +
        'whole text’s.' },
  },
  'pt-BR': {
    'glossary.title': 'Glossário',
    'glossary.about': 'Os termos do curso em palavras simples. Onde um deles aparece sublinhado ' +
      'com pontinhos, é só tocar para abri-lo.',
    'glossary.search': 'Procure um termo',
    'glossary.found': {
      one: '{count} termo', other: '{count} termos' },
    'glossary.none': 'Nenhum termo tem essas palavras.',
    'glossary.also': 'Também: {names}',
    'glossary.seen': 'Veja acontecer:',
    'glossary.course': 'no curso',
    'glossary.close': 'Fechar',
    'glossary.whole': 'O glossário inteiro',
    'term.token': { name: 'Token',
      says: 'O pedaço de texto que o modelo lê e escreve de uma vez: uma palavra, parte dela, ' +
        'uma vírgula. Uma palavra rara é cortada em vários tokens; uma comum é um token só.' },
    'term.tokenizer': { name: 'Tokenizador', also: 'tokenizer; tokenização',
      says: 'O que corta um texto em tokens e dá a cada um o seu número, e também faz o caminho ' +
        'de volta. Ele é aprendido antes do modelo, e cada modelo só funciona com o seu.' },
    'term.bpe': { name: 'BPE', also: 'byte pair encoding; codificação por pares de bytes',
      says: 'O jeito como muitos tokenizadores são aprendidos: começa-se com bytes soltos, ' +
        'procura-se o par de vizinhos mais frequente, ele vira um token, e de novo, até encher o ' +
        'vocabulário.' },
    'term.vocabulary': { name: 'Vocabulário',
      says: 'Todos os tokens que o modelo conhece. Em cada posição, ele dá a cada um deles uma ' +
        'probabilidade.' },
    'term.embedding': { name: 'Embedding', also: 'incorporação',
      says: 'A lista de números que representa um token dentro do modelo. Ela é aprendida: ' +
        'tokens usados de modo parecido acabam com números parecidos.' },
    'term.vector': { name: 'Vetor',
      says: 'Uma lista de números. Dentro do modelo cada token é um vetor, e cada bloco o muda ' +
        'um pouco, até ele guardar o que é preciso para responder.' },
    'term.tensor': { name: 'Tensor',
      says: 'Uma tabela de números com uma ou mais direções: um vetor tem uma, uma matriz tem ' +
        'duas. Os pesos de um modelo e tudo o que ele calcula são tensores; a forma de um tensor ' +
        'diz quantos números há em cada direção.' },
    'term.language-model': { name: 'Modelo de linguagem', also: 'LLM',
      forms: 'modelos de linguagem',
      says: 'Um programa que dá a cada próximo token possível uma probabilidade. Tudo o mais que ' +
        'ele parece fazer, como responder ou traduzir, vem de repetir isso muitas vezes.' },
    'term.gpt': { name: 'GPT', also: 'transformer',
      says: 'Um tipo de modelo de linguagem: uma pilha de blocos iguais, em que cada token olha ' +
        'para os anteriores e nunca para os seguintes. Os modelos desta página são GPTs ' +
        'pequenos.' },
    'term.parameters': { name: 'Parâmetros', also: 'pesos', forms: 'parâmetro; peso',
      says: 'Os números dentro do modelo que o treino muda, também chamados de pesos. Tudo o que ' +
        'um modelo aprendeu está neles.' },
    'term.layer': { name: 'Camada', also: 'layer',
      says: 'Uma etapa do cálculo: o que entra é multiplicado, somado e passado adiante. Várias ' +
        'camadas formam um bloco.' },
    'term.block': { name: 'Bloco', also: 'bloco transformer',
      says: 'A parte do GPT que se repete: a atenção, em que os tokens olham uns para os outros, ' +
        'e uma MLP, em que cada um é trabalhado sozinho. Os primeiros blocos veem palavras; os ' +
        'últimos, o assunto do texto.' },
    'term.attention': { name: 'Atenção', also: 'autoatenção; attention',
      says: 'O modo como um token reúne o que precisa dos anteriores: ele se compara com cada um ' +
        'e pega mais daqueles que lhe importam mais.' },
    'term.mlp': { name: 'MLP', also: 'perceptron multicamadas; rede feed-forward',
      says: 'A parte do bloco que trabalha o vetor de cada token sozinho: ele é alargado, passa ' +
        'por uma curva e volta à largura de antes.' },
    'term.context': { name: 'Janela de contexto', also: 'tamanho do contexto; context window',
      says: 'Quantos tokens o modelo consegue olhar juntos. O que ficou mais para trás não ' +
        'existe para ele.' },
    'term.logits': { name: 'Logits', forms: 'logit',
      says: 'As notas brutas do modelo, uma por candidato: números quaisquer, e quanto maior, ' +
        'mais provável. A softmax os transforma em probabilidades.' },
    'term.softmax': { name: 'Softmax',
      says: 'A fórmula que transforma logits em probabilidades: todos ficam positivos e, juntos, ' +
        'somam 100%. O maior é o que mais ganha.' },
    'term.probability': { name: 'Probabilidade', also: 'distribuição de probabilidade',
      says: 'O quanto o modelo acha que algo vai acontecer, de 0 a 100%. As probabilidades de ' +
        'todos os candidatos somam 100%.' },
    'term.cross-entropy': { name: 'Entropia cruzada', also: 'cross-entropy',
      says: 'A perda de um modelo de linguagem: menos o logaritmo da probabilidade que ele deu ' +
        'ao que de fato veio. Se tinha certeza e acertou, é 0; quanto menos esperava, maior.' },
    'term.loss': { name: 'Perda', also: 'loss; função de perda',
      says: 'Um número que diz o quanto o modelo errou. Treinar é mudar os pesos para que ele ' +
        'caia.' },
    'term.perplexity': { name: 'Perplexidade', also: 'perplexity',
      says: 'Entre quantos tokens igualmente prováveis o modelo hesita, em média: é a ' +
        'exponencial da perda média. 1 seria ter sempre certeza e sempre acertar.' },
    'term.bits-per-byte': { name: 'Bits por byte', also: 'bits per byte',
      says: 'A perda repartida pelos bytes do texto, e não pelos tokens. Assim dá para comparar ' +
        'modelos com tokenizadores diferentes; quanto menor, melhor.' },
    'term.pretraining': { name: 'Pré-treinamento', also: 'pré-treino; pretraining',
      forms: 'pré-treinado; pré-treinada; pré-treinar',
      says: 'O primeiro e mais longo treino: o modelo lê muito texto comum, tenta adivinhar cada ' +
        'próximo token e assim aprende a língua. Ninguém precisa rotular nada.' },
    'term.forward': { name: 'Passagem direta', also: 'forward',
      says: 'O cálculo que vai dos tokens às probabilidades, do primeiro bloco ao último.' },
    'term.backpropagation': { name: 'Retropropagação',
      also: 'backpropagation; backprop; backward',
      says: 'O caminho de volta: a partir da perda, bloco por bloco, calcula-se quanto cada peso ' +
        'teve a ver com o erro. É daí que saem os gradientes.' },
    'term.gradient': { name: 'Gradiente',
      says: 'Para cada peso, em que direção e quanto a perda muda quando ele muda. O treino anda ' +
        'na direção contrária, em passos pequenos.' },
    'term.optimizer': { name: 'Otimizador', also: 'optimizer',
      says: 'A regra que transforma gradientes em pesos novos: quanto cada um anda e quanto se ' +
        'lembra dos passos anteriores.' },
    'term.adamw': { name: 'AdamW', also: 'Adam',
      says: 'O otimizador mais usado: para cada peso, guarda uma média do gradiente e outra do ' +
        'seu quadrado, e assim dá a cada um um passo do seu tamanho. O W vem de weight decay: ' +
        'puxar todos os pesos um pouquinho para o zero.' },
    'term.learning-rate': { name: 'Taxa de aprendizado', also: 'learning rate',
      says: 'O tamanho do passo que os pesos dão. Grande demais, a perda fica pulando; pequeno ' +
        'demais, ela quase não sai do lugar.' },
    'term.batch': { name: 'Lote', also: 'batch; mini-batch',
      says: 'Os exemplos que são vistos juntos antes de os pesos mudarem uma vez.' },
    'term.step': { name: 'Passo de treino', also: 'atualização dos pesos',
      forms: 'passos de treino',
      says: 'Um lote visto, uma mudança nos pesos: forward, perda, backward, atualização.' },
    'term.epoch': { name: 'Época', also: 'epoch',
      says: 'Uma volta completa pelos exemplos de treino. Quando há poucos exemplos, é comum ' +
        'fazer várias.' },
    'term.held-out': { name: 'Dados de validação',
      also: 'held-out data; dados reservados',
      forms: 'held-out; validação; textos de validação; perda de validação',
      says: 'Exemplos guardados à parte, com os quais o modelo nunca aprende. Como ele se sai ' +
        'neles mostra se aprendeu algo geral, e quando parar.' },
    'term.test-set': { name: 'Conjunto de teste', also: 'dados de teste',
      says: 'Exemplos que só se olham uma vez, depois de feitas todas as escolhas. Só assim os ' +
        'números dizem o que esperar de textos novos.' },
    'term.overfitting': { name: 'Sobreajuste', also: 'overfitting',
      says: 'Decorar os exemplos em vez de aprender o que eles têm em comum: a perda no treino ' +
        'continua caindo, e a dos dados de validação sobe.' },
    'term.seed': { name: 'Semente', also: 'seed; semente aleatória',
      says: 'O número de onde sai todo o acaso. Com a mesma semente, os mesmos dados e as mesmas ' +
        'opções, o resultado é exatamente o mesmo, e um experimento pode ser repetido.' },
    'term.checkpoint': { name: 'Checkpoint', also: 'ponto de salvamento',
      says: 'Um instante do treino, salvo: os pesos e também a memória do otimizador, o estado ' +
        'do acaso e o lugar nos dados. Com tudo isso, o treino continua como se nunca tivesse ' +
        'parado.' },
    'term.decoding': { name: 'Decodificação',
      also: 'decoding',
      forms: 'estratégia de decodificação; estratégias de decodificação',
      says: 'O modo de escolher o próximo token a partir das probabilidades do modelo: o mais ' +
        'provável, ou por sorteio, com ou sem corte.' },
    'term.sampling': { name: 'Amostragem', also: 'sampling',
      says: 'Sortear o próximo token: um que tem 20% sai uma vez em cada cinco. Assim, o mesmo ' +
        'prompt dá textos diferentes.' },
    'term.greedy': { name: 'Busca gulosa', also: 'greedy', forms: 'escolha gulosa; gulosa',
      says: 'Pegar sempre o token mais provável. Dá o mesmo texto toda vez e, muitas vezes, fica ' +
        'andando em círculos.' },
    'term.temperature': { name: 'Temperatura',
      says: 'O número pelo qual os logits são divididos antes da softmax. Abaixo de 1, o ' +
        'provável fica ainda mais provável e o texto, mais seguro; acima de 1, o improvável ' +
        'ganha sua chance.' },
    'term.top-k': { name: 'Top-k',
      says: 'Só os k tokens mais prováveis ficam no sorteio, sempre a mesma quantidade.' },
    'term.top-p': { name: 'Top-p', also: 'amostragem por núcleo; nucleus sampling',
      says: 'Só ficam no sorteio os tokens mais prováveis que, juntos, chegam à fração p: poucos ' +
        'onde o modelo tem certeza, muitos onde ele hesita.' },
    'term.prompt': { name: 'Prompt',
      says: 'O texto que se dá ao modelo e a partir do qual ele continua.' },
    'term.end-of-text': { name: 'Token de fim de texto', forms: 'token de fim',
      says: 'Um token especial que fica entre um texto e outro. Depois dele começa um texto ' +
        'novo; quando o modelo o escreve, terminou.' },
    'term.kv-cache': { name: 'Cache KV', also: 'KV cache; cache de chaves e valores',
      says: 'Enquanto escreve, o modelo guarda o que a atenção já calculou para os tokens ' +
        'anteriores (chaves e valores). Assim, cada token novo custa o trabalho de um token, e ' +
        'não o do texto inteiro.' },
  },
};
