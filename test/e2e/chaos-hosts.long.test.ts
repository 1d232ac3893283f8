import { playSample } from './chaos-sample';

playSample('hosts');
