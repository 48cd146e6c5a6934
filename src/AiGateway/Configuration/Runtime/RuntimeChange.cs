namespace AiGateway.Configuration.Runtime;

/// <summary>One change of one entry.</summary>
/// <param name="BasedOn">The revision that whoever decided it had seen.</param>
/// <param name="Entry">The entry as it is to be; its revision is given by the store.</param>
/// <param name="Audit">What the audit says of it; its number and revision are given by the store.</param>
/// <param name="Made">What is remembered for a repetition of a creation; null for none.</param>
internal sealed record RuntimeChange(long BasedOn, RuntimeEntry Entry, AuditRow Audit, MadeEntry? Made);
