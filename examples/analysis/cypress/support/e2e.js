import 'tamarack-cypress';
import './commands';
