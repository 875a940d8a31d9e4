// The parts of Chart.js that the curves use; imported lazily, so that it is a file of its own in
// the build.

import {
  Chart,
  Legend,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
  Tooltip,
} from 'chart.js';

Chart.register(Legend, LinearScale, LineController, LineElement, PointElement, Tooltip);

export { Chart };
