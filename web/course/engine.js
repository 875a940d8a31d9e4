// What the course's page asks its worker: one worker, started with the first request and anew where
// it has died; what was in it is then gone, but for the model that came with the page.

import { connect } from '../engine/connection.js';
import { downloadModel } from '../engine/download_model.js';
import { policedWorker } from '../engine/policed_worker.js';
import url from './course-worker.js?worker&url';

function startWorker({ threads, numerics }) {
  const name = ['afina', threads, numerics].filter(Boolean).join(' ');
  return policedWorker(new URL(url, document.baseURI), { name });
}

/**
 * @param {object} parts
 * @param {Promise<void>} parts.before     nothing starts and nothing is fetched before it
 * @param {{model: string, threads?: number, numerics?: string}} parts.setup
 */
export function createCourseEngine({ before, setup }) {
  let connection = null;
  let files = null;
  let shipped = null;
  let onProgress = () => {};

  function connected() {
    if (connection) return connection;
    const mine = connect(startWorker(setup), () => {
      if (connection !== mine) return;
      connection = null;
      shipped = null;
    });
    connection = mine;
    return mine;
  }

  /** @returns {Promise<any>} of a method of service.js; rejected with an EngineError */
  async function ask(method, ...args) {
    await before;
    return connected().request(method, args);
  }

  async function loadShipped() {
    await before;
    files ??= downloadModel(`models/afina-${setup.model}/`,
      (...counted) => onProgress(...counted)).catch((error) => {
      files = null;
      throw error;
    });
    return ask('loadModel', 'shipped', await files);
  }

  return {
    ask,
    /**
     * The model that comes with the page, loaded once; its description.
     *
     * @param {(loaded: number, total: number) => void} [listen]   told of the files' bytes
     */
    model(listen = () => {}) {
      onProgress = listen;
      shipped ??= loadShipped().catch((error) => {
        shipped = null;
        throw error;
      });
      return shipped;
    },
  };
}
