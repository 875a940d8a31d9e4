// Loading weights: one of the page's own models, or a model folder of the reader's. Another model
// takes the place of the one in use once it is there; results and classifiers stay.

import { models } from 'virtual:afina-models';
import { failureOf } from './failure.js';

/** What the page begins with. */
const [first] = Object.keys(models);

/** @param {{store: object, engine: import('../engine/types.js').Engine}} app */
export function modelActions(app) {
  const { store } = app;
  let tell;
  /** Settles when a model is there for the first time: inspecting data needs its tokenizer. */
  const ready = new Promise((resolve) => (tell = resolve));

  /** The page's own model in use, if it is one. */
  let used;
  /** Ends the download under way: a later choice counts. */
  let coming = null;

  const setModel = (patch) => store.set({ model: { ...store.state.model, ...patch } });
  const setChoice = (id) => app.changeSetup({ model: id === first ? undefined : id });

  /** The model of the setup; the one in use stays if it does not come. */
  async function loadModel() {
    const choice = store.state.setup.model ?? first;
    const mine = new AbortController();
    coming?.abort();
    coming = mine;
    setModel({ status: 'loading', choice, loaded: 0, total: 0, failure: null });
    const show = (loaded, total) => coming === mine && setModel({ loaded, total });
    try {
      const info = await app.engine.loadModel(`models/afina-${choice}/`, show, mine.signal);
      used = choice;
      if (coming && coming !== mine) return setModel({ info });
      coming = null;
      await takeModel({ choice, info });
    } catch (error) {
      if (coming !== mine) return;
      coming = null;
      const failure = failureOf(error);
      if (!store.state.model.info) return setModel({ status: 'failed', failure });
      setModel({ status: 'ready', choice: used, failure });
      setChoice(used);
    }
  }

  /** Tokens and defaults depend on the model, so that the table is looked at again. */
  async function takeModel(patch) {
    setModel({ status: 'ready', ...patch });
    tell();
    if (store.state.table) await app.inspect();
  }

  async function chooseModel(id) {
    const { choice, status } = store.state.model;
    if (id === choice && status !== 'failed') return;
    setChoice(id);
    await loadModel();
    app.whenFetched();
  }

  /**
   * A model folder's files, a zip or a delta (what the page's own downloads give). The model in use
   * stays if it fails, and where a delta is put on it.
   */
  async function loadModelFiles(files) {
    setModel({ opening: true, failure: null });
    try {
      const info = await app.engine.loadModelFiles([...files]);
      if (info.delta) {
        store.set({ classifier: { classes: info.classes, from: 'delta', name: info.name } });
        return setModel({ opening: false });
      }
      coming?.abort();
      coming = null;
      used = undefined;
      const classes = info.classes ?? [];
      if (classes.length) store.set({ classifier: { classes, from: 'file' } });
      await takeModel({ opening: false, choice: used, info });
    } catch (error) {
      setModel({ opening: false, failure: failureOf(error) });
    }
  }

  /** Whether this browser keeps a trained model, and of what. */
  async function findSaved() {
    const saved = await app.engine.savedModel().catch(() => null);
    store.set({ saved });
    return saved;
  }

  async function openSaved() {
    try {
      const info = await app.engine.openSavedModel();
      store.set({ classifier: { classes: info.classes, from: 'saved' } });
    } catch (error) {
      setModel({ failure: failureOf(error) });
    }
  }

  async function forgetSaved() {
    await app.engine.forgetSavedModel();
    store.set({ saved: null });
  }

  return {
    ...{ findSaved, openSaved, forgetSaved },
    ...{ chooseModel, loadModel, loadModelFiles, modelReady: ready },
  };
}
