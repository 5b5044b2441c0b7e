namespace Worker.Core.Tokenization.Unicode;

/// <summary>The process has no Unicode data for normalisation, without which texts would get other tokens.</summary>
public sealed class MissingUnicodeDataException() : UserFacingException(
    "the process runs with invariant globalization, under which accents are not split off and texts would get other " +
    "tokens: install ICU (libicu) and unset DOTNET_SYSTEM_GLOBALIZATION_INVARIANT and InvariantGlobalization");
