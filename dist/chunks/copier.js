// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { l as registrySource, u as registryTarget } from "./registry-copy-referrers.js";
import { t as createCopier } from "./registry-copy-copier.js";

export { createCopier, registrySource, registryTarget };