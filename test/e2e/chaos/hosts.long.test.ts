import { playSample } from './sample';

playSample('hosts');
