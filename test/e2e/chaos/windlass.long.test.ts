import { playSample } from './sample';

playSample('windlass');
