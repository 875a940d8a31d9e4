// The page's entry: the real engine into the page.

import { createEngine } from './engine/client.js';
import { startPage } from './ui/page.js';

startPage(createEngine);
