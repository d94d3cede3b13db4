#!/usr/bin/perl
# Pictures by Authen::Captcha and GD::SecurityImage (libauthen-captcha-perl, libgd-securityimage-perl).
# One JSON request a line, one answer a line: see ../debian-generators.ts.
use strict;
use warnings;
use Authen::Captcha;
use File::Basename qw(dirname);
use GD::SecurityImage;
use JSON::PP;
use MIME::Base64;

$| = 1;
my $letters = dirname($INC{'Authen/Captcha.pm'}) . '/Captcha/images';

sub between { my ($from, $to) = @_; return $from + int rand($to - $from + 1) }
sub colour { my ($from, $to) = @_; return [map { between($from, $to) } 1 .. 3] }

sub authen {
    my ($ask) = @_;
    my ($width, $height) = $ask->{wild} ? (between(22, 34), between(32, 50)) : (25, 35);
    my $captcha = Authen::Captcha->new(images_folder => $letters, width => $width, height => $height);
    return ${ $captcha->create_image_file($ask->{text}) };
}

sub security_image {
    my ($ask) = @_;
    my ($text, $wild) = ($ask->{text}, $ask->{wild});
    my $bitmap = $wild ? rand() < 0.25 : 1;
    my $size = between(14, 28);
    my $scramble = !$bitmap && rand() < 0.6;
    my $room = $bitmap ? between(12, 20) : $size * ($scramble ? 2.3 : 1.4);
    my @look = (width => length($text) * $room, height => between($bitmap ? 26 : $size * 2, $bitmap ? 50 : $size * 4));
    my $image = GD::SecurityImage->new(
        $wild ? @look : (width => 220, height => 40),
        rndmax => length($text),
        gd_font => 'giant',
        lines => $wild ? between(2, 12) : 5,
        bgcolor => $wild ? colour(190, 255) : [255, 255, 255],
        $bitmap ? () : (font => $ask->{font}, ptsize => $size, $scramble ? (scramble => 1) : (), rand() < 0.3 ? (send_ctobg => 1) : ()),
        $wild && rand() < 0.4 ? (thickness => between(1, 3)) : (),
        frame => $wild ? between(0, 1) : 1,
    );
    $image->random($text);
    my $style = $wild ? (qw(default rect box circle ellipse ec blank))[rand 7] : 'rect';
    my @colours = $wild ? (colour(0, 110), $style eq 'box' ? colour(190, 255) : colour(90, 220)) : ('#403030', '#FF644B');
    $image->create($bitmap ? 'normal' : 'ttf', $style, @colours);
    $image->particle(between(20, 400)) if $wild && rand() < 0.5; # its default leaves nothing to read
    my ($file) = $image->out(force => 'png');
    return $file;
}

while (my $line = <STDIN>) {
    my $ask = decode_json($line);
    srand $ask->{seed};
    my $file = $ask->{name} eq 'authen-captcha' ? authen($ask) : security_image($ask);
    print encode_base64($file, ''), "\n";
}
