// The course's worker: the engine that the page trains with, and the language model's part of it.

import { courseBuilds } from 'virtual:afina-builds';
import { expose } from 'comlink';
import { loadModule } from '../engine/load_module.js';
import { createCourse } from './service.js';

const [, threads, numerics] = /^afina ?(\d+)? ?(plain|fused)?$/.exec(self.name) ?? [];
const wanted = Number(threads ?? navigator.hardwareConcurrency);

expose(createCourse(() => loadModule(wanted, numerics, courseBuilds)));
