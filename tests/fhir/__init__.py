"""Tests of the hospital's system over FHIR, and the small FHIR server they run against."""
