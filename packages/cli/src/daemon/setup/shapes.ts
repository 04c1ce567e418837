/** Pieces of bodies that these routes share. */
import { Type } from "typebox";
import { body } from "../shapes.ts";

const labelLengthMax = 1_024;

export const yesNo = Type.Boolean();
export const label = Type.String({ maxLength: labelLengthMax });
export const cardBody = body({ name: label, system: label });
export const wholeNumber = Type.Integer({ minimum: 1 });
