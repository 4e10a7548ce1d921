"""Hospital systems behind the `Scheduling` and `PatientIndex` ports."""
