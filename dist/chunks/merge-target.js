// native-multiarch 0.1.0, Apache-2.0. Bundled from src/ by `npm run build`; notices of other packages are in LICENSES.txt.
import { n as placesOf, r as tagsOf, t as outputLayout } from "./commands-merge-target.js";

export { outputLayout, placesOf, tagsOf };