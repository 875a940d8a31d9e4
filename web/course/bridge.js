// What the course calls besides what the page does; src/wasm_language.c is the other side. The
// calls of each subject are in calls/.

import { createBridge } from '../engine/bridge.js';
import { insideCalls } from './calls/inside.js';
import { instructCalls } from './calls/instruct.js';
import { languageCalls } from './calls/language.js';
import { oneOfEach } from './one_of_each.js';

/** The bridge to afina_course.mjs. */
export function createCourseBridge(module) {
  const bridge = createBridge(module);
  const more = [languageCalls, insideCalls, instructCalls];
  return oneOfEach(bridge, ...more.map((make) => bridge.extend((tools) => make(module, tools))));
}
