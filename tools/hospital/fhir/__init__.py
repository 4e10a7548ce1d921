"""A hospital's own system behind FHIR R4; the only place that knows `fhir.resources`."""
