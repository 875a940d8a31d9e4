// The course's entry.

import { keepFiles, settle } from '../isolation.js';
import { startCourse } from './page.js';

startCourse(settle(), keepFiles);
