import { TESTED } from './kinds';
import { requestsPass } from './requests';

requestsPass(TESTED.nginx);
