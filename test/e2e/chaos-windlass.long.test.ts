import { playSample } from './chaos-sample';

playSample('windlass');
