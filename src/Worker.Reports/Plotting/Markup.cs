using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Worker.Reports.Plotting;

/// <summary>
/// HTML and SVG as a tree, so that a page is always well-formed and every text and attribute is escaped. A message's
/// text can never become markup. It is written as HTML that an XML parser can read too.
/// </summary>
internal static class Markup
{
    private static readonly HashSet<string> Void = new(StringComparer.Ordinal) { "meta", "br", "hr", "link", "col" };

    /// <summary>
    /// An element. Its content is strings (text), attributes, elements, sequences of them, or null for nothing.
    /// </summary>
    public static XElement E(string name, params object?[] content)
    {
        var element = new XElement(name, content.Select(Clean));
        // HTML has no self-closing tags: <td/> would be read as <td>.
        if (element.IsEmpty && !Void.Contains(name))
            element.Add("");
        return element;
    }

    public static XAttribute A(string name, string value) => new(name, Readable(value));

    /// <summary>
    /// Replaces characters that no page can contain (controls, halves of surrogate pairs) by a visible sign.
    /// </summary>
    public static string Readable(string text)
    {
        if (!Unreadable(text))
            return text;
        var clean = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is '\t' or '\n')
                clean.Append((char)rune.Value);
            else if (rune.Value < 0x20)
                clean.Append((char)(0x2400 + rune.Value));
            else if (rune.Value is 0x7F or >= 0x80 and < 0xA0 or 0xFFFE or 0xFFFF)
                clean.Append('\uFFFD');
            else
                clean.Append(rune);
        }
        return clean.ToString();
    }

    /// <summary>Writes a whole page, UTF-8; the stream is left open.</summary>
    public static void Write(Stream output, XElement html)
    {
        output.Write("<!DOCTYPE html>\n"u8);
        using var writer = XmlWriter.Create(output, new XmlWriterSettings
        {
            OmitXmlDeclaration = true,
            Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            NewLineHandling = NewLineHandling.None,
        });
        html.Save(writer);
    }

    private static bool Unreadable(string text)
    {
        foreach (var c in text)
            if (c < ' ' || c is >= '\u007F' and < '\u00A0' || char.IsSurrogate(c) || c >= '\uFFFE')
                return true;
        return false;
    }

    private static object? Clean(object? content) => content switch
    {
        string text => Readable(text),
        IEnumerable<object?> many => many.Select(Clean),
        _ => content,
    };
}
