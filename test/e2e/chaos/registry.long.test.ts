import { playSample } from './sample';

playSample('registry');
