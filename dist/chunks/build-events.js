// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { t as whyNotPush } from "./commands-build-events.js";

export { whyNotPush };