// Loading weights: the page's own, or a model folder of the reader's.

import { failureOf } from './failure.js';

const MODEL_URL = 'models/afina-mini/';

/** @param {{store: object, engine: import('../engine/types.js').Engine}} app */
export function modelActions(app) {
  const { store } = app;
  let tell;
  /** Settles when a model is there for the first time: inspecting data needs its tokenizer. */
  const ready = new Promise((resolve) => (tell = resolve));

  const setModel = (patch) => store.set({ model: { ...store.state.model, ...patch } });

  async function loadModel() {
    setModel({ status: 'loading', loaded: 0, total: 0, failure: null });
    try {
      const info = await app.engine.loadModel(MODEL_URL, (loaded, total) =>
        setModel({ loaded, total }),
      );
      setModel({ status: 'ready', info });
      tell();
    } catch (error) {
      setModel({ status: 'failed', failure: failureOf(error) });
    }
  }

  /**
   * A model folder's files or a zip (what the page's own download gives). The model in use stays if
   * it fails.
   */
  async function loadModelFiles(files) {
    const before = store.state.model.status;
    setModel({ opening: true, failure: null });
    try {
      const info = await app.engine.loadModelFiles([...files]);
      setModel({ status: 'ready', opening: false, info });
      const classes = info.classes ?? [];
      if (classes.length) store.set({ classifier: { classes, from: 'file' } });
      tell();
      if (store.state.table) await app.inspect();
    } catch (error) {
      setModel({ status: before, opening: false, failure: failureOf(error) });
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

  return { findSaved, openSaved, forgetSaved, loadModel, loadModelFiles, modelReady: ready };
}
