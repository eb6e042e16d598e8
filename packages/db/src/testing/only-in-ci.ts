/** Here as well, because packages above this one take what their tests share from here. */
export { onlyInCi } from "@severalty/postgres/only-in-ci";
