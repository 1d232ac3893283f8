import { playSample } from './chaos-sample';

playSample('quick');
