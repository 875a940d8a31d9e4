// The page as a whole: state, actions and the steps. In another language it is built anew from the
// same state.

import { createEditsStore } from '../engine/edits_store.js';
import { currentLanguage, preferredLanguage, setLanguage, t } from '../i18n/index.js';
import { cellActions } from './cell-list.js';
import { classifyStep } from './classify.js';
import { dataStep } from './data.js';
import { loadCharts } from './charts.js';
import { dataActions, loadSamples } from './data-actions.js';
import { fill } from './dom.js';
import { editsActions, noEdits } from './edits-actions.js';
import { evaluateStep } from './evaluate.js';
import { pageFooter, pageHeader, pageIntro } from './header.js';
import { modelActions } from './model-actions.js';
import { formatSetup, parseSetup } from './setup.js';
import { createStore } from './store.js';
import { loadGlossary } from './terms.js';
import { startTheme } from './theme.js';
import { trainStep } from './train.js';
import { loadChanges, trainActions } from './train-actions.js';
import { loadWorkshop, workshopSections } from './workshop.js';

const initialState = {
  model: { status: 'loading', loaded: 0, total: 0, info: null, failure: null, opening: false },
  setup: {},
  theme: 'light',
  table: null,
  testTable: null,
  sample: null,
  columns: null,
  inspection: null,
  inspecting: false,
  memory: null,
  opening: null,
  dataFailure: null,
  training: null,
  result: null,
  modelSaved: false,
  saved: null,
  edits: noEdits(),
  work: null,
  cell: null,
  classifier: null,
  draft: { text: '', many: false },
  workshop: {},
  /** Below this probability the classifier says that it does not know; 0: never. */
  threshold: 0,
};

/** Puts the setup into the URL without a new entry in the browser's history. */
function changeSetup(app, patch) {
  const setup = { ...app.state.setup, ...patch };
  app.store.set({ setup });
  history.replaceState(null, '', location.pathname + location.search + formatSetup(setup));
}

function build(app) {
  app.store.unwatchAll();
  document.documentElement.lang = currentLanguage();
  if (!app.isTraining()) document.title = t('app.title');
  document.querySelector('meta[name="description"]').content = t('app.sentence');
  fill(document.querySelector('#header'), pageHeader(app));
  fill(
    document.querySelector('#main'),
    pageIntro(app),
    dataStep(app),
    trainStep(app),
    evaluateStep(app),
    classifyStep(app),
    ...workshopSections(app),
  );
  fill(document.querySelector('#footer'), pageFooter(app));
}

function changeLanguage(app, tag) {
  setLanguage(tag);
  changeSetup(app, { lang: tag });
  build(app);
  document.querySelector(`#header [data-language="${tag}"]`)?.focus();
}

/**
 * What will be needed later is fetched while the reader looks around: from then on the page works
 * without a network.
 */
const fetchTheRest = () => Promise.allSettled(
  [loadCharts(), loadSamples(), loadWorkshop(), loadGlossary(), loadChanges()]);

/**
 * The setup in the address was changed by hand: its model and its options hold, its sample is for a
 * reload.
 */
function followAddress(app) {
  const { model, sample, text, label, lang } = app.state.setup;
  const setup = { ...parseSetup(location.hash), sample, text, label, lang };
  if (app.isTraining()) return;
  app.store.set({ setup, threshold: setup.threshold ?? 0 });
  if (setup.model !== model) app.loadModel();
}

/**
 * @param {(setup: object) => import('../engine/types.js').Engine} createEngine
 *   of the setup in the address
 * @param {() => void} [whenFetched]   called when the page needs nothing more from the network
 */
export function startPage(createEngine, whenFetched = () => {}) {
  const store = createStore(initialState);
  const app = { store, state: store.state, engine: null, whenFetched };
  app.editsStore = createEditsStore();
  /** What the reader opened, for keeping it. */
  app.files = { table: null, testTable: null };
  app.changeSetup = (patch) => changeSetup(app, patch);
  app.changeLanguage = (tag) => changeLanguage(app, tag);
  Object.assign(app, modelActions(app), dataActions(app), trainActions(app), cellActions(app));
  Object.assign(app, editsActions(app));

  const setup = parseSetup(location.hash);
  store.set({ setup, threshold: setup.threshold ?? 0 });
  setLanguage(setup.lang ?? preferredLanguage(navigator.languages));
  startTheme((theme) => store.set({ theme }));
  build(app);

  // A file that misses the drop zone must not replace the page.
  for (const type of ['dragover', 'drop'])
    addEventListener(type, (event) => event.preventDefault());
  addEventListener('hashchange', () => followAddress(app));
  app.engine = createEngine(setup);
  app.loadModel().then(fetchTheRest).then(whenFetched);
  app.findSaved();
  app.findWork();
  if (setup.sample) app.openSample(setup.sample);
}
